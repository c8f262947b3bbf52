import { describe, expect, it } from 'vitest';
import { newSession, type as typeIn } from '../../robustness/lab.ts';

const session = newSession(1, 'node');
/** What a line prints, streams and status 70 told apart by the line itself. */
const type = (line: string): string => typeIn(session, line);
type(
  'printf \'services:\\n  web:\\n    image: nginx:1.27\\n    ports: ["8088:80"]\\n  worker:\\n    image: busybox:1.36\\n    command: sleep 3600\\n    depends_on: [web]\\n\' > compose.yaml; nerdctl pull -q nginx:1.27; nerdctl pull -q busybox:1.36',
);
const fatal = (line: string): string => /level=fatal msg=(.*)$/m.exec(type(`${line} 2>&1 | cat`))?.[1] ?? '';

describe('nerdctl compose, one service at a time', () => {
  it('creates, starts, shows, copies', () => {
    expect(type('nerdctl compose create 2>&1 | cat')).toMatch(/Creating container root-web-1"\n.*Creating container root-worker-1"$/);
    expect(fatal('nerdctl compose create --build --no-build')).toBe('"flag --build and --no-build cannot be specified together"');
    expect(type('nerdctl compose start 2>&1 | cat')).toBe('Container root-web-1 started\nContainer root-worker-1 started');
    expect(type('nerdctl compose port web 80 2>&1 | cat')).toBe('0.0.0.0:8088');
    expect(fatal('nerdctl compose port --index 2 web 80')).toBe('"index (2) out of range: only 1 running instances from service web"');
    expect(type('nerdctl compose top worker 2>&1 | cat')).toMatch(/^root-worker-1\nUID .*\nroot .* sleep 3600\n$/);
    expect(type('nerdctl compose cp worker:/etc/passwd . 2>&1 | cat; head -c 4 passwd; echo')).toMatch(/copy root-worker-1:\/etc\/passwd to \."\nroot$/);
    expect(fatal('nerdctl compose run --no-deps worker true < /dev/null')).toBe('"provided file is not a console"');
  });

  it('makes a container anew when its service has changed, and asks before it removes', () => {
    const before = type('nerdctl compose ps -q web 2>&1 | cat');
    type("sed -i 's/3600/1800/' compose.yaml");
    expect(type('nerdctl compose up -d 2>&1 | cat')).toContain('Re-creating container root-worker-1');
    expect(type('nerdctl compose ps -q web 2>&1 | cat')).toBe(before);
    expect(type('nerdctl compose kill worker; echo n | nerdctl compose rm 2>&1 | cat')).toContain(
      'WARNING! This will remove all stopped containers from services: all..',
    );
    expect(type('nerdctl compose rm -f 2>&1 | cat')).toMatch(
      /Removing container root-worker-1"\n.*Removing container root-web-1 failed: container still running\."/,
    );
    expect(type('nerdctl compose start 2>&1 | cat')).toContain('service \\"worker\\" has no container to start');
    type('nerdctl compose down');
  });
});

describe('nerdctl run', () => {
  it('takes every flag of nerdctl, and refuses what is not simulated', () => {
    type("printf 'a=b\\n# c\\n' > labels; nerdctl run -d --name t --domainname x.y --label-file labels --group-add 1000 busybox:1.36 sleep 100");
    expect(type("nerdctl inspect -f '{{.Config.Domainname}} {{.Config.Labels.a}}' t 2>&1 | cat")).toBe('x.y b');
    expect(type('nerdctl exec t id -G 2>&1 | cat')).toBe('0 1000');
    expect(type("nerdctl run --rm --umask 077 busybox:1.36 sh -c 'umask' 2>&1 | cat")).toBe('0077');
    expect(type('nerdctl run --rm --init busybox:1.36 ps | head -2')).toContain('/sbin/tini -- ps');
    expect(type('nerdctl run --rm --blkio-weight 10 busybox:1.36 true')).toMatch(/is not simulated$/);
    expect(type('nerdctl commit --compression zstd a b')).toMatch(/is not simulated$/);
    type('nerdctl rm -f t');
  });

  it('keeps the index of a loaded archive until image prune', () => {
    type('nerdctl save -o a.tar busybox:1.36; nerdctl rmi busybox:1.36; nerdctl load -i a.tar');
    expect(type("nerdctl images --format '{{.Repository}}' | sort 2>&1 | cat")).toBe('busybox\nnginx');
    expect(type('nerdctl image prune -f 2>&1 | cat')).toMatch(/^Deleted Images:\nUntagged: import@sha256:[0-9a-f]{64}\ndeleted: sha256:[0-9a-f]{64}\n$/);
    expect(type('nerdctl run --rm busybox:1.36 echo hi 2>&1 | cat')).toBe('hi');
  });
});

describe('nerdctl top and update', () => {
  it('takes options of ps, and writes new limits down', () => {
    type('nerdctl run -d --name limited busybox:1.36 sleep 100');
    expect(type('nerdctl top limited -o pid,cmd')).toMatch(/^PID +CMD\n\d+ +sleep 100$/);
    expect(type('nerdctl top limited -o cmd 2>&1 | cat')).toContain("couldn't find PID field in ps output");
    expect(type("nerdctl update --memory 64m limited; nerdctl inspect -f '{{.HostConfig.Memory}}' limited")).toBe('67108864');
    expect(type('nerdctl namespace inspect nosuch 2>&1 | cat')).toContain('level=warning msg="namespace nosuch: not found"');
    type('nerdctl rm -f limited');
  });
});

describe('nerdctl run -v', () => {
  it('tells of an option that it does not know', () => {
    expect(type('nerdctl run --rm -v vol:/x:bogus,ro busybox:1.36 true 2>&1 | cat')).toMatch(/level=warning msg="unsupported volume option \\"bogus\\""$/);
  });
});
