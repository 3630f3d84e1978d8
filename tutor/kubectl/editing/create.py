"""kubectl create --edit: each object goes through the editor before it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.kubectl.annotation import annotated
from tutor.kubectl.dry_run import query_for
from tutor.kubectl.editing.session import EditSession, Results
from tutor.kubectl.resource.info import Info

if TYPE_CHECKING:
    from tutor.kubectl.cmd.create import CreateOptions


async def edit_and_create(options: CreateOptions) -> int:
    """RunEditOnCreate."""
    factory, flags = options.factory, options.flags
    namespace, enforce = factory.enforced_namespace()
    result = await (factory.builder().continue_on_error().namespace(namespace).filename_flags(enforce, flags)
                    .flatten().do())

    async def save(originals: list[Info], edited: list[Info], results: Results) -> None:
        for info in edited:
            query = query_for('none', fieldManager=flags['field-manager'], fieldValidation=options.directive)
            info.create(annotated(info.object, flags['save-config']), **query)
            options.printer.print(info.object, options.out)

    for info in result.check().infos():
        await EditSession(factory, save, flags['output'], namespace=namespace).run([info])
    return 0
