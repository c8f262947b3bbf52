import { expect, test } from 'vitest';
import { newSession, type } from '../../robustness/lab.ts';

const session = newSession(1, 'node');
const { fs } = session.cluster.machine('node01');
const run = (line: string): string => type(session, line);
function file(text: string, name = 'compose.yaml'): void {
  run('mkdir -p /tmp/shop; cd /tmp/shop');
  fs.write(`/tmp/shop/${name}`, text);
}

const shop = `services:
  web:
    image: nginx:\${TAG:-1.27}
    ports: ["8080:80"]
    depends_on:
      db: {condition: service_healthy}
      init: {condition: service_completed_successfully}
  db:
    image: busybox:1.36
    command: sh -c "sleep 2; touch /ready; echo up; sleep 1000"
    healthcheck: {test: [CMD, cat, /ready], interval: 1s, retries: 10}
    volumes: [data:/data]
  init:
    image: busybox:1.36
    command: echo done
  tools:
    image: busybox:1.36
    profiles: [debug]
volumes:
  data:
`;

test('the plugin is installed from its release page', () => {
  expect(run('docker compose version')).toContain('unknown command: docker compose');
  run(
    'mkdir -p ~/.docker/cli-plugins; curl -sSL https://github.com/docker/compose/releases/download/v5.1.0/docker-compose-linux-x86_64 -o ~/.docker/cli-plugins/docker-compose; chmod +x ~/.docker/cli-plugins/docker-compose',
  );
  expect(run('docker compose version')).toBe('Docker Compose version v5.1.0');
});

test('the plugins are installed by their packages', () => {
  run('mv ~/.docker/cli-plugins/docker-compose /tmp; apt-get update; apt-get install -y docker-compose-plugin docker-buildx-plugin');
  expect(run('docker compose version; docker buildx version')).toBe(
    'Docker Compose version v5.1.0\ngithub.com/docker/buildx v0.30.1 9e66234aa13328a5e75b75aa5574e1ca6d6d9c01',
  );
});

test('up starts what is needed first, down takes all away', () => {
  file(shop);
  const told = run('docker compose up -d 2>&1 | cat')
    .split('\n')
    .map((line) => line.trim());
  expect(told.filter((line) => /^(Network|Volume)/.test(line))).toEqual([
    'Network shop_default Creating',
    'Network shop_default Created',
    'Volume shop_data Creating',
    'Volume shop_data Created',
  ]);
  expect(told.slice(-6)).toEqual([
    'Container shop-db-1 Waiting',
    'Container shop-db-1 Healthy',
    'Container shop-init-1 Waiting',
    'Container shop-init-1 Exited',
    'Container shop-web-1 Starting',
    'Container shop-web-1 Started',
  ]);
  run('sleep 1');
  expect(run('curl -s localhost:8080 | grep -c "Welcome to nginx"')).not.toBe('0');
  expect(run("docker compose ps --format '{{.Service}} {{.State}}'")).toBe('db running\nweb running');
  expect(run('docker compose ps -a | head -1')).toMatch(/^NAME +IMAGE +COMMAND +SERVICE +CREATED +STATUS +PORTS$/);
  expect(run('docker compose logs init db | cat')).toBe('db-1    | up\ninit-1  | done');
  expect(run('docker compose exec -T web hostname; docker compose exec -T web getent hosts db | wc -l; docker compose port web 80')).toMatch(
    /^[0-9a-f]{12}\n1\n0\.0\.0\.0:8080$/,
  );
  expect(run('docker compose run --rm db echo one-off 2>/dev/null')).toContain('one-off');
  expect(run('docker compose up -d 2>&1 | cat | grep web')).toBe(' Container shop-web-1 Running ');
  expect(run('docker compose ls')).toMatch(/shop +exited\(1\), running\(2\)|shop +running\(2\) +\/tmp\/shop\/compose\.yaml/);
  run('docker compose down -v 2>/dev/null');
  expect(run('docker ps -aq; docker network ls -q | wc -l; docker volume ls -q; docker compose down 2>&1')).toBe(
    '3\nWarning: No resource found to remove for project "shop".',
  );
});

test('what changes in the file is made anew, the rest stays', () => {
  file('services:\n  a: {image: "busybox:1.36", command: sleep 1000}\n  b: {image: "busybox:1.36", command: sleep 1000, scale: 2}\n');
  run('docker compose up -d 2>/dev/null');
  expect(run('docker compose ps -q | wc -l')).toBe('3');
  file('services:\n  a: {image: "busybox:1.36", command: sleep 2000}\n  b: {image: "busybox:1.36", command: sleep 1000, scale: 2}\n');
  expect(run('docker compose up -d 2>&1 | cat | grep -c Recreated; docker compose up -d --scale b=1 2>/dev/null; docker compose ps -q | wc -l')).toBe('1\n2');
  run('docker compose stop a 2>/dev/null');
  expect(run("docker compose ps -a --format '{{.Service}} {{.State}}'; docker compose rm -f 2>/dev/null; docker compose ps -aq | wc -l")).toBe(
    'a exited\nb running\nGoing to remove shop-a-1\n1',
  );
  run('docker compose down 2>/dev/null');
});

test('a service is built', () => {
  file('services:\n  app:\n    build: {context: ., args: {WHO: me}}\n    env_file: vars\n    environment: [B=$$X]\n');
  file('A=1\n', 'vars');
  file('FROM busybox:1.36\nARG WHO\nRUN echo $WHO > /who\nCMD cat /who; echo $A $B\n', 'Dockerfile');
  run('docker compose up -d 2>/dev/null; sleep 1');
  expect(
    run(
      'docker compose logs --no-log-prefix app; docker images -q shop-app | wc -l; docker compose down --rmi local 2>/dev/null; docker images -q shop-app | wc -l',
    ),
  ).toBe('me\n1 $X\n1\n0');
});

test.each([
  ['services:\n  web:\n    imagee: nginx\n', "validating /tmp/shop/compose.yaml: services.web additional properties 'imagee' not allowed"],
  ['services:\n  web:\n    image: nginx\n    ports: 80\n', 'validating /tmp/shop/compose.yaml: services.web.ports must be a array'],
  ['service:\n  web: {}\n', "validating /tmp/shop/compose.yaml:  additional properties 'service' not allowed"],
  ['services:\n  web: {}\n', 'service "web" has neither an image nor a build context specified: invalid compose project'],
  ['services:\n  web: {image: nginx, depends_on: [db]}\n', 'service "web" depends on undefined service "db": invalid compose project'],
  ['services:\n  web: {image: nginx, networks: [nets]}\n', 'service "web" refers to undefined network nets: invalid compose project'],
  ['services:\n  web: {image: nginx, volumes: ["v:/v"]}\n', 'service "web" refers to undefined volume v: invalid compose project'],
  ['services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x, depends_on: [a]}\n', 'dependency cycle detected: a -> b -> a'],
  ['services:\n  web: {image: "nginx:${TAG:?set it}"}\n', 'error while interpolating services.web.image: required variable TAG is missing a value: set it'],
])('%j', (text, message) => {
  file(text);
  expect(run('docker compose up -d 2>&1; echo $?')).toBe(`${message}\n1`);
  expect(run('docker ps -aq; docker network ls -q | wc -l')).toBe('3');
});

test('no file, unknown services, a name in use', () => {
  run('mkdir -p /tmp/none; cd /tmp/none');
  expect(run('docker compose ps 2>&1; echo $?')).toBe('no configuration file provided: not found\n1');
  file('services:\n  web: {image: "nginx:$TAG", container_name: taken}\n');
  expect(run('docker compose logs nosuch 2>&1 | cat')).toMatch(/The \\"TAG\\" variable is not set\. Defaulting to a blank string\."\nno such service: nosuch$/);
  run('docker run -d --name taken busybox:1.36 sleep 1000');
  expect(run('TAG=1.27 docker compose up -d 2>&1 | tail -1')).toMatch(
    /^Error response from daemon: Conflict\. The container name "\/taken" is already in use by container "[0-9a-f]{64}"\./,
  );
  expect(run('TAG=1.27 docker compose config --images; docker rm -f taken; TAG=1.27 docker compose down 2>/dev/null')).toBe('nginx:1.27\ntaken');
});

test('a file takes services from others, and containers get secrets and configs', () => {
  run('docker compose down -t 0 2>/dev/null');
  file('services:\n  base:\n    image: busybox:1.36\n    command: sleep 900\n    environment: {A: "1", B: "1"}\n', 'base.yaml');
  file('services:\n  other:\n    image: busybox:1.36\n    command: sleep 900\n', 'other.yaml');
  file('topsecret\n', 'pw.txt');
  file(
    'include: [other.yaml]\nservices:\n  a:\n    extends: {file: base.yaml, service: base}\n    environment: {B: "2"}\n    secrets: [pw]\n    configs: [{source: hello, target: /etc/hello}]\nsecrets:\n  pw: {file: pw.txt}\nconfigs:\n  hello: {content: hi there}\n',
  );
  expect(run('docker compose config --services | sort | xargs')).toBe('a other');
  run('docker compose up -d 2>/dev/null');
  expect(run("docker compose exec a sh -c 'cat /run/secrets/pw /etc/hello; echo; echo $A $B'")).toBe('topsecret\nhi there\n1 2');
  run('docker compose down -t 0 2>/dev/null');
  file('services:\n  a:\n    extends: nope\n');
  expect(run('docker compose config')).toBe('cannot extend service "a" in /tmp/shop/compose.yaml: service "nope" not found');
  file('services:\n  a:\n    image: x\n    secrets: [none]\n');
  expect(run('docker compose config')).toBe('service "a" refers to undefined secret none: invalid compose project');
  expect(run('docker compose watch; echo $?')).toContain('70');
});

test('.. in a path is the folder above', () => {
  file('services:\n  up:\n    image: busybox:1.36\n    command: ls /above\n    volumes: ["../above:/above"]\n');
  run('mkdir -p /tmp/above; touch /tmp/above/here');
  run('docker compose up');
  expect(run('docker compose logs --no-log-prefix')).toBe('here');
  run('docker compose down');
});

test('docker and nerdctl merge several files alike, and an attached service tells its end', () => {
  file('services:\n  a:\n    image: busybox:1.36\n    command: sh -c "echo hi; exit 3"\n    environment: ["A=1"]\n    profiles: [p]\n');
  file('services:\n  a:\n    environment: {B: "2"}\n', 'more.yaml');
  const files = '-f compose.yaml -f more.yaml --profile p config';
  expect(run(`docker compose ${files}`)).toContain('\n    environment:\n      A: "1"\n      B: "2"\n');
  expect(run(`nerdctl compose ${files}`)).toContain('\n        environment:\n            A: "1"\n            B: "2"\n');
  expect(run('docker compose up a 2>/dev/null | cat')).toBe('Attaching to a-1\na-1  | hi\na-1 exited with code 3');
  expect(run('docker compose run a 2>/dev/null; echo $?')).toBe('hi\n3');
  expect(run('docker compose down 2>/dev/null; docker compose nosuch')).toBe('unknown docker command: "compose nosuch"');
});

test('a build takes an inline Dockerfile, secrets, arguments, labels and further names; what has no effect is refused', () => {
  file(`services:
  app:
    image: shop/app
    build:
      context: .
      dockerfile_inline: |
        FROM busybox:1.36
        ARG WHO
        RUN --mount=type=secret,id=token test "$$(cat /run/secrets/token)" = s3cret
        RUN echo "for $$WHO" > /who
      args: {WHO: compose}
      labels: {team: shop}
      tags: [shop/app:extra]
      secrets: [token]
    command: cat /who
secrets:
  token: {environment: TOKEN}
`);
  expect(run('(TOKEN=s3cret docker compose build; echo $?) 2>&1 | tail -2')).toBe(' Image shop/app Built \n0');
  expect(run('docker run --rm shop/app:extra cat /who')).toBe('for compose');
  expect(run("docker inspect shop/app --format '{{.Config.Labels.team}}'")).toBe('shop');
  expect(run('TOKEN=s3cret docker compose build --no-cache --build-arg WHO=me -q; docker run --rm shop/app cat /who')).toContain('for me');
  for (const [key, value] of [
    ['ssh', '[default]'],
    ['cache_from', '[shop/app]'],
    ['platforms', '[linux/arm64]'],
  ]) {
    file(`services:\n  app:\n    build:\n      context: .\n      ${key}: ${value}\n`);
    expect(run('docker compose build; echo $?')).toMatch(new RegExp(`k8s-lab: docker compose with services.app.build.${key}.* is not simulated\\n70$`));
  }
  file('services:\n  app:\n    build: {context: ., dockerfile: x, dockerfile_inline: y}\n');
  expect(run('docker compose build')).toBe('service "app" declares mutualy exclusive dockerfile and dockerfile_inline: invalid compose project');
});

test("a service's limits, log, mounts, networks and names reach its containers", () => {
  file(`services:
  db:
    image: busybox:1.36
    command: sleep 1000
    stop_grace_period: 3s
    ulimits: {nofile: {soft: 100, hard: 200}}
    sysctls: {net.core.somaxconn: 512}
    logging: {driver: json-file, options: {max-size: 1m}}
    security_opt: ["no-new-privileges:true"]
    shm_size: 32m
    volumes:
      - {type: tmpfs, target: /scratch, tmpfs: {size: 1048576}}
    networks:
      back: {aliases: [database], ipv4_address: 172.30.5.9}
    deploy: {restart_policy: {condition: on-failure, max_attempts: 2}}
  web:
    image: busybox:1.36
    command: sleep 1000
    links: [db]
    networks: [back]
networks:
  back:
    labels: {tier: back}
    driver_opts: {com.docker.network.bridge.name: br-shop}
    ipam: {config: [{subnet: 172.30.5.0/24, ip_range: 172.30.5.128/25}]}
`);
  expect(run('(docker compose up -d --wait; echo $?) 2>&1 | tail -2')).toBe(' Container shop-web-1 Healthy \n0');
  const shown = (format: string): string => run(`docker inspect shop-db-1 --format '${format}'`);
  expect(shown('{{.Config.StopTimeout}} {{.HostConfig.ShmSize}} {{.HostConfig.RestartPolicy.Name}} {{.HostConfig.RestartPolicy.MaximumRetryCount}}')).toBe(
    '3 33554432 on-failure 2',
  );
  expect(run('docker exec shop-db-1 sh -c "ulimit -n; df /scratch | tail -1"')).toMatch(/^100\ntmpfs +1024 /);
  expect(shown('{{json .HostConfig.LogConfig}}{{json .HostConfig.Sysctls}}')).toBe(
    '{"Type":"json-file","Config":{"max-size":"1m"}}{"net.core.somaxconn":"512"}',
  );
  expect(run('docker exec shop-web-1 nslookup database')).toContain('172.30.5.9');
  expect(run("docker network inspect shop_back --format '{{.Labels.tier}}'; ip -br link show br-shop")).toMatch(/^back\nbr-shop +UP/);
  run('docker compose down -t 1');
  file('services:\n  db: {image: busybox, post_start: [{command: date}]}\n');
  expect(run('docker compose up -d; echo $?')).toContain('k8s-lab: docker compose with services.db.post_start is not simulated\n70');
});

test('--abort-on-container-exit stops the others, with the status of the first', () => {
  file(`services:\n  a: {image: busybox:1.36, command: sh -c "sleep 1; exit 3"}\n  b: {image: busybox:1.36, command: sleep 1000}\n`);
  expect(run('docker compose up --abort-on-container-exit -t 1; echo $?')).toMatch(
    /a-1 exited with code 3\n[\s\S]*Aborting on container exit\.\.\.\n[\s\S]*3$/,
  );
  expect(run('docker compose ps -q')).toBe('');
  // Of b, which is killed; and a word of YAML 1.1 is a name.
  expect(run('docker compose up --exit-code-from b -t 1 >/dev/null 2>&1; echo $?')).toBe('137');
  expect(run('docker compose up --exit-code-from c; echo $?')).toMatch(/no such service: c\n1$/);
  run('docker compose down');
  file('services:\n  a: {image: busybox:1.36, networks: [n], environment: {DEBUG: on}}\nnetworks: {n: {}}\n');
  expect(run('docker compose config | grep -E "DEBUG|name: shop_n"')).toBe('      DEBUG: "on"\n    name: shop_n');
});

test('top, images, ls, ps and config have the columns and fields of the real ones; force makes only the named ones anew', () => {
  run('mkdir -p /tmp/seen; cd /tmp/seen');
  fs.write(
    '/tmp/seen/compose.yaml',
    'services:\n  web: {image: "busybox:1.36", command: sleep 1000, ports: ["8090:80"], depends_on: [db], networks: [z, a]}\n' +
      '  db: {image: "busybox:1.36", command: sleep 1000, networks: [a], volumes: [{type: tmpfs, target: /t, tmpfs: {size: 1m}}]}\n' +
      'networks: {z: {}, a: {ipam: {config: [{subnet: 10.71.0.0/24}]}}}\n',
  );
  run('docker compose up -d');
  expect(run('docker compose top web')).toMatch(/^SERVICE +# +UID +PID +PPID +C +STIME +TTY +TIME +CMD\nweb +1 +root +.* sleep 1000$/);
  expect(run('docker compose images | head -1')).toMatch(/SIZE +CREATED$/);
  expect(run('docker compose images -q | wc -l')).toBe('1');
  expect(run('docker compose ls --format json --filter name=seen')).toBe('[{"Name":"seen","Status":"running(2)","ConfigFiles":"/tmp/seen/compose.yaml"}]');
  expect(run("docker compose ps web --format '{{.ExitCode}} {{.Publishers}}'")).toBe('0 [{0.0.0.0 80 8090 tcp} {:: 80 8090 tcp}]');
  expect(JSON.parse(run('docker compose ps web --format json'))).toMatchObject({
    ExitCode: 0,
    Publishers: [{ URL: '0.0.0.0', PublishedPort: 8090 }, { URL: '::' }],
  });
  expect(run('docker compose ps -q --filter status=exited; docker compose ps --filter foo=bar')).toBe('unknown filter foo');
  expect(run('docker compose exec nosuch true; docker compose port nosuch 80; docker compose port web 81')).toBe(
    'service "nosuch" is not running\nservice "nosuch" is not running\nno port 81/tcp for container seen-web-1: 8090/tcp, 8090/tcp',
  );
  expect(run('docker compose config')).toContain('      a: null\n      z: null\n');
  expect(run('docker compose config')).not.toContain('entrypoint');
  expect(Object.keys(JSON.parse(run('docker compose config --format json')))).toEqual(['name', 'networks', 'services']);
  expect(run('docker compose up -d --force-recreate web 2>&1 | grep -c "db-1.*Recreate"; docker compose down 2>/dev/null')).toBe('0');
});

test('pause tells only what is done', () => {
  file('services: {box: {image: "busybox:1.36", command: sleep 1000}}\n', 'pause.yaml');
  run('docker compose -p still -f pause.yaml up -d');
  expect(run('{ docker compose -p still -f pause.yaml pause; docker compose -p still -f pause.yaml unpause; } 2>&1 | cat')).toMatch(
    /^ Container still-box-1 +Paused *\n Container still-box-1 +Unpaused *$/,
  );
  run('docker compose -p still -f pause.yaml down -t 0');
});
