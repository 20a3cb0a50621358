// The product's images that can hold the real program: ZooKeeper and Kafka from Maven Central on Debian's Java. Built once, when a test
// first asks; what starts them in their images is written after the images' own scripts.
import { chmodSync, copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { alone, ensureBuilt, part } from './build.ts';
import { quietly } from './hub.ts';
import { pack, writeLayers } from './images.ts';
import { at, here } from './place.ts';

const packages = ['openjdk-21-jre-headless', 'bash', 'coreutils', 'grep', 'sed', 'hostname', 'gosu'];
const unwanted = ['man', 'doc', 'locale'];

/** Folder under /opt, what Maven puts there with all that it needs, and what it puts there alone. The versions are those of the chart's images. */
const programs: Readonly<Record<string, { readonly whole: readonly string[]; readonly alone: readonly string[] }>> = {
  zookeeper: {
    // Its metrics and its command line need the last two, which its library does not depend on.
    whole: [
      'org.apache.zookeeper:zookeeper:3.9.4',
      'io.dropwizard.metrics:metrics-core:4.1.12.1',
      'commons-cli:commons-cli:1.5.0',
    ],
    alone: ['org.xerial.snappy:snappy-java:1.1.10.5'],
  },
  kafka: {
    whole: ['org.apache.kafka:kafka_2.13:3.9.0', 'org.slf4j:slf4j-reload4j:1.7.36'],
    alone: ['org.apache.kafka:kafka-tools:3.9.0'],
  },
};
const scripts = {
  'docker-entrypoint.sh': 'zookeeper',
  'usr/local/bin/zkServer.sh': 'zkServer.sh',
  'usr/local/bin/zkCli.sh': 'zkCli.sh',
  'etc/confluent/docker/run': 'kafka',
  'usr/local/bin/kafka-tool': 'kafka-tool',
  'etc/kafka/log4j.properties': 'log4j.properties',
};
/** Folders that the images give to the user of their program. */
const own = ['conf', 'data', 'datalog', 'logs', 'etc/kafka', 'etc/kafka/secrets', 'var/lib/kafka/data', 'tmp'];

const recipe = () =>
  JSON.stringify([
    packages,
    unwanted,
    programs,
    own,
    scripts,
    ...['real-programs.ts', ...Object.values(scripts).map((name) => `image/real/${name}`)].map((file) =>
      readFileSync(join(here, file), 'utf8'),
    ),
    readFileSync(at('root.stamp'), 'utf8'),
  ]);

/** Makes sure that they are built, before the lab is up. A minute or two when not. */
export async function buildRealPrograms(): Promise<void> {
  await ensureBuilt();
  await alone(() => part('programs', recipe(), build, (line) => console.error(line)));
}

/** From now on the lab's registry has them. The lab must be up; `down` takes them back. */
export const serveRealPrograms = (): void => writeFileSync(at('nodes/real-programs'), '');

async function build(folder: string): Promise<void> {
  const root = `${folder}/java.d`;
  mkdirSync(folder, { recursive: true });
  const excluded = unwanted.map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`);
  const without = ['--aptopt=Apt::Install-Recommends "false"', ...excluded, `--include=${packages.join(',')}`];
  await quietly`mmdebstrap --mode=root --variant=extract ${without} trixie ${root} ${at('root.sources')}`;
  for (const [name, wanted] of Object.entries(programs)) await fromMaven(wanted, join(root, 'opt', name));
  for (const [path, from] of Object.entries(scripts)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    copyFileSync(join(here, 'image/real', from), join(root, path));
  }
  for (const each of own) {
    mkdirSync(join(root, each), { recursive: true });
    chmodSync(join(root, each), 0o777);
  }
  // its package makes the link when it is installed, which it is not here
  symlinkSync('../lib/jvm/java-21-openjdk-amd64/bin/java', join(root, 'usr/bin/java'));
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\nzookeeper:x:1000:1000::/:/bin/sh\n');
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nzookeeper:x:1000:\n');
  await pack(folder, 'java');
  writeLayers(folder);
}

async function fromMaven({ whole, alone: single }: (typeof programs)[string], folder: string): Promise<void> {
  const asked = (each: string, more = '') => {
    const [group, artifact, version] = each.split(':');
    const named = `<groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version>`;
    return `<dependency>${named}${more}</dependency>`;
  };
  const without = '<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>';
  const dependencies = [...whole.map((each) => asked(each)), ...single.map((each) => asked(each, without))];
  mkdirSync(folder, { recursive: true });
  const project = join(folder, 'pom.xml');
  writeFileSync(
    project,
    `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>lab</groupId><artifactId>lab</artifactId><version>1</version><dependencies>${dependencies.join('')}</dependencies></project>`,
  );
  await quietly`mvn -q -B -f ${project} dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=${folder}`;
}
