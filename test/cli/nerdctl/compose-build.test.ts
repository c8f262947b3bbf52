import { expect, test } from 'vitest';
import { typeIn } from '../../cluster/type-in.ts';

test('compose builds, mounts secrets and configs, checks health', () => {
  const { type } = typeIn('node-full');
  type('mkdir -p /tmp/p/app; cd /tmp/p; echo s3 > tok');
  type(
    'printf "FROM alpine:3.22\\nARG V=1\\nRUN --mount=type=secret,id=tok cp /run/secrets/tok /seen\\nRUN echo v\\$V > /v\\nCMD sleep 1000\\n" > app/Dockerfile',
  );
  type(
    `printf 'services:\\n  app:\\n    build: {context: app, args: {V: "2"}, secrets: [tok]}\\n    secrets: [tok]\\n    configs: [{source: cfg, target: /etc/cfg}]\\n    init: true\\n    healthcheck: {test: ["CMD", "test", "-f", "/v"], interval: 1s}\\nsecrets: {tok: {file: ./tok}}\\nconfigs: {cfg: {file: ./tok}}\\n' > compose.yaml`,
  );
  expect(type('nerdctl compose up -d 2>&1')).toMatch(
    /msg="Building image p-app"\n[\s\S]*Loaded image: docker\.io\/library\/p-app:latest\n.*Creating container p-app-1"\n$/,
  );
  expect(type('nerdctl compose exec app cat /v /seen /run/secrets/tok /etc/cfg')).toBe('v2\ns3\ns3\ns3\n');
  type('sleep 3');
  expect(type("nerdctl inspect -f '{{.State.Health.Status}}' p-app-1")).toBe('healthy\n');
  expect(type('nerdctl compose up -d 2>&1')).not.toContain('Building');
  expect(type('nerdctl compose build --build-arg V=3 2>&1')).toContain('msg="Building image p-app"');
  expect(type('nerdctl run --rm p-app cat /v')).toBe('v2\n');
});
