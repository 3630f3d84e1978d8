"""Images of languages whose compilers and interpreters are not simulated: they are pulled, have a shell and say their
version; what is to be compiled or run they refuse. Distroless images have no shell either."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.cluster.containers.image import PATH, Image, ImageConfig
from tutor.cluster.containers.images.languages import with_variants
from tutor.shell.process import IO, Context, Main

VERSION_WORDS = ('version', '-version', '--version', '-v', '-V')


def _program(name: str, said: str) -> Main:
    async def main(argv: list[str], io: IO, ctx: Context) -> int:
        if argv[1:2] and argv[1] in VERSION_WORDS and said:
            io.stdout.write(f'{said}\n')
            return 0
        if not argv[1:] and not (await io.stdin.read()).strip():
            return 0
        io.stderr.write(f'{name}: error: compiling and running {name} programs is not simulated here\n')
        return 1
    return main


class Toolchain(Image):
    """`tags` are 'tag:version' (or 'tag', as the one before); `programs` say their version, with {version} filled in;
    `command` runs by default. Each tag is there with `variants` behind it too."""

    memory = 6 * 1024 * 1024

    def __init__(self, repository: str, tags: str, size: int, programs: Mapping[str, str], command: str = 'bash',
                 variants: str = '', folder: str = '/usr/local/bin', entrypoint: str = '') -> None:
        self.repository = repository
        found, version = {}, ''
        for word in tags.split():
            tag, colon, given = word.partition(':')
            found[tag] = version = given if colon else version
        self.tags = with_variants(found, *variants.split())
        self.size = size
        self._said, self._folder = programs, folder
        self._command, self._entrypoint = tuple(command.split()), tuple(entrypoint.split())

    def config(self, tag: str) -> ImageConfig:
        path = PATH if self._folder in PATH.split(':') else f'{self._folder}:{PATH}'
        command = ('sh',) if self._command == ('bash',) and 'alpine' in tag else self._command
        return ImageConfig(self._entrypoint, command, {'PATH': path})

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {f'{self._folder}/{name}': _program(name, said.format(version=self.version(tag)))
                for name, said in self._said.items()}


class Distroless(Toolchain):
    """Only what a program needs to run, and the user nonroot."""

    def userland(self, tag: str) -> str:
        return 'none'

    def config(self, tag: str) -> ImageConfig:
        found = super().config(tag)
        return ImageConfig(found.entrypoint, found.command, found.environment,
                           user='65532' if 'nonroot' in tag else '0')

    def files(self, tag: str) -> Mapping[str, str]:
        return {'/etc/os-release': 'PRETTY_NAME="Distroless"\nNAME="Debian GNU/Linux"\nID="debian"\nVERSION_ID="12"\n',
                '/etc/passwd': 'root:x:0:0:root:/root:/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:'
                               '/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n'}


_JAVA = 'openjdk {version}'
_JDK = {'java': _JAVA, 'javac': 'javac {version}', 'jar': '', 'jshell': ''}

TOOLCHAINS: tuple[Toolchain, ...] = (
    Toolchain('golang', 'latest:1.25.3 1 1.25 1.24:1.24.9 1.23:1.23.12 1.22:1.22.12 1.21:1.21.13 1.20:1.20.14',
              296_000_000, {'go': 'go version go{version} linux/amd64', 'gofmt': ''}, variants='alpine bookworm',
              folder='/usr/local/go/bin'),
    Toolchain('ruby', 'latest:3.4.7 3 3.4 3.3:3.3.9 3.2:3.2.9', 390_000_000,
              {'ruby': 'ruby {version} [x86_64-linux]', 'gem': '', 'bundle': '', 'irb': ''}, 'irb', 'slim alpine'),
    Toolchain('php', 'latest:8.4.13 8 8.4 8.3:8.3.26 8.2:8.2.29', 190_000_000, {'php': 'PHP {version} (cli) (NTS)'},
              'php -a', 'cli alpine'),
    Toolchain('rust', 'latest:1.90.0 1 1.90 1.89:1.89.0', 560_000_000,
              {'rustc': 'rustc {version}', 'cargo': 'cargo {version}'}, variants='slim alpine bookworm',
              folder='/usr/local/cargo/bin'),
    Toolchain('gcc', 'latest:15.2.0 15 14:14.3.0 13:13.4.0', 530_000_000,
              {'gcc': 'gcc (GCC) {version}', 'g++': 'g++ (GCC) {version}'}),
    Toolchain('openjdk', '21:21 17:17.0.2 11:11.0.16 8:1.8.0_342', 240_000_000, _JDK, 'jshell', 'jdk slim jdk-slim'),
    Toolchain('eclipse-temurin', 'latest:25 25 21:21.0.8 17:17.0.16 11:11.0.28 8:1.8.0_462', 220_000_000, _JDK,
              'jshell', 'jdk jre jdk-alpine jre-alpine jdk-jammy jre-jammy', '/opt/java/openjdk/bin'),
    Toolchain('amazoncorretto', 'latest:21.0.8 21 17:17.0.16 11:11.0.28 8:1.8.0_462', 200_000_000, _JDK, 'jshell',
              'alpine'),
    Toolchain('maven', 'latest:3.9.11 3 3.9', 330_000_000, {'mvn': 'Apache Maven {version}', 'java': 'openjdk 21.0.8'},
              'mvn', 'eclipse-temurin-21 eclipse-temurin-17 eclipse-temurin-21-alpine eclipse-temurin-17-alpine'),
    Toolchain('gradle', 'latest:9.1.0 9 8:8.14.3', 400_000_000, {'gradle': 'Gradle {version}'}, 'gradle',
              'jdk21 jdk17 jdk21-alpine jdk17-alpine'),
    Toolchain('elixir', 'latest:1.19.0 1.19 1.18:1.18.4', 590_000_000,
              {'elixir': 'Elixir {version}', 'mix': '', 'iex': ''}, 'iex', 'alpine slim'),
    Toolchain('denoland/deno', 'latest:2.5.4 2.5.4 alpine', 70_000_000, {'deno': 'deno {version}'}, 'deno'),
    Toolchain('oven/bun', 'latest:1.3.0 1 1.3.0', 95_000_000, {'bun': '{version}'}, 'bun', 'alpine slim'),
    *(Toolchain(f'mcr.microsoft.com/dotnet/{name}', '10.0:10.0.100 9.0:9.0.306 8.0:8.0.415', size,
                {'dotnet': '{version}'}, variants='alpine')
      for name, size in (('sdk', 300_000_000), ('aspnet', 85_000_000), ('runtime', 75_000_000))),
    *(Distroless(f'gcr.io/distroless/{name}', 'latest:12 nonroot', size, {}, '')
      for name, size in (('static', 800_000), ('static-debian12', 800_000), ('base', 9_000_000),
                         ('base-debian12', 9_000_000), ('cc-debian12', 10_000_000))),
    *(Distroless(f'gcr.io/distroless/{name}', 'latest:12 nonroot', size, {program: ''}, '',
                 folder='/usr/bin', entrypoint=f'/usr/bin/{program} -jar')
      for name, size, program in (('java17-debian12', 85_000_000, 'java'), ('java21-debian12', 75_000_000, 'java'))),
)
