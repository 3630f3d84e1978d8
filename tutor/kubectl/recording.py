"""--record: a command line written on the objects that it changes (genericclioptions.RecordFlags)."""

from __future__ import annotations

from tutor.apimachinery.objects import Object, annotations
from tutor.kubectl.command import Options
from tutor.kubectl.rollout.history import CHANGE_CAUSE
from tutor.shell.pflag import Flag

RECORD_FLAG = Flag(
    'record', default=False, hidden=True, deprecated='--record will be removed in the future',
    help='Record current kubectl command in the resource annotation. If set to false, do not record the command. If '
         'set to true, record the command. If not set, default to updating the existing annotation value only if one '
         'already exists.')


def change_cause(options: Options) -> str:
    """parseCommandArguments: the words first, then the flags as they were given; '' when nothing is recorded."""
    flags = options.flags
    if not flags.get('record'):
        return ''
    return ' '.join([options.command.path, *flags.args, *(f'--{name}={text}' for name, text in flags.given)])


def record(options: Options, obj: Object) -> None:
    """Write it on an object that is private to the command (ChangeCauseRecorder.Record)."""
    if cause := change_cause(options):
        meta = obj.setdefault('metadata', {})
        meta['annotations'] = {**annotations(obj), CHANGE_CAUSE: cause}


def record_patch(options: Options) -> Object:
    """The merge patch that writes it afterwards, {} when nothing is recorded (MakeRecordMergePatch)."""
    cause = change_cause(options)
    return {'metadata': {'annotations': {CHANGE_CAUSE: cause}}} if cause else {}
