/** Broken configuration files: what the kubelet says of each. */
import { describe, expect, test } from 'vitest';
import { decodeConfiguration } from '../../src/kubelet/configuration/decode.ts';
import { configurationProblem } from '../../src/kubelet/configuration/validate.ts';
import { newKubeletWorld } from './world.ts';

const path = '/var/lib/kubelet/config.yaml';
const head = 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n';
const problemOf = (text: string): string | undefined => {
  try {
    return configurationProblem(decodeConfiguration(text, path).config);
  } catch (error) {
    return (error as Error).message;
  }
};

describe('config.yaml', () => {
  test.each([
    ['', `kubelet config file "${path}" was empty`],
    ['\n', "failed to decode: Object 'Kind' is missing in 'null'"],
    ['kind: KubeletConfiguration\n', `failed to decode: Object 'apiVersion' is missing in '{"kind":"KubeletConfiguration"}'`],
    [
      'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: Nope\n',
      'failed to decode: no kind "Nope" is registered for version "kubelet.config.k8s.io/v1beta1" in scheme "pkg/kubelet/apis/config/scheme/scheme.go:33"',
    ],
    [`${head} x: [\n`, 'failed to decode: yaml: line 3: mapping values are not allowed in this context'],
    [`${head}maxPods: "110"\n`, 'failed to decode: json: cannot unmarshal string into Go struct field KubeletConfiguration.maxPods of type int32'],
    [
      `${head}clusterDNS: 10.96.0.10\n`,
      'failed to decode: json: cannot unmarshal string into Go struct field KubeletConfiguration.clusterDNS of type []string',
    ],
    [`${head}syncFrequency: 5x\n`, 'failed to decode: time: unknown unit "x" in duration "5x"'],
    [`${head}syncFrequency: 5\n`, 'failed to decode: json: cannot unmarshal number into Go value of type string'],
    [
      `${head}maxPods: -5\nimageGCLowThresholdPercent: 90\n`,
      'failed to validate kubelet configuration, error: [invalid configuration: maxPods (--max-pods) -5 must not be a negative number, invalid configuration: imageGCLowThresholdPercent (--image-gc-low-threshold) 90 must be less than imageGCHighThresholdPercent (--image-gc-high-threshold) 85], path: &TypeMeta{Kind:,APIVersion:,}',
    ],
    [`${head}evictionHard:\n  foo.available: 5%\n`, 'failed to run Kubelet: unsupported eviction signal foo.available'],
    [
      `${head}systemReserved:\n  gold: 1\n`,
      'failed to decode: json: cannot unmarshal number into Go struct field KubeletConfiguration.systemReserved of type string',
    ],
    [`${head}systemReserved:\n  gold: "1"\n`, 'failed to run Kubelet: --system-reserved value failed to parse: cannot reserve "gold" resource'],
    [`${head}maxPods: 50\n`, undefined],
  ])('%j', (text, problem) => expect(problemOf(text)).toBe(problem));

  test('a field that nobody knows is only told of', () => {
    expect(decodeConfiguration(`${head}maxPod: 5\n`, path).warning).toBe('strict decoding error: unknown field "maxPod"');
  });
});

test('static pods that are none', () => {
  const world = newKubeletWorld();
  world.sim.advance(5_000);
  const file = '/etc/kubernetes/manifests/bad.yaml';
  const said = (text: string): string | undefined => {
    world.log.length = 0;
    world.files().write(file, text);
    world.sim.advance(3_000);
    return /Could not process manifest file" err="(.*)" path=/.exec(world.log.join('\n'))?.[1];
  };
  const unparsed = (why: string): string => `${file}: couldn't parse as pod(${why}), please check config file`;
  expect(said('a: b: c\n')).toBe(unparsed('yaml: mapping values are not allowed in this context'));
  expect(said('\n')).toBe(unparsed("Object 'Kind' is missing in 'null'"));
  expect(said('apiVersio: v1\nkind: Pod\n')).toBe(unparsed(String.raw`Object 'apiVersion' is missing in '{\"apiVersio\":\"v1\",\"kind\":\"Pod\"}'`));
  const pod = 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: bad\nspec:\n  containers:';
  expect(said(`${pod}\n  - name: a\n    command:\n    - sh:\n`)).toBe(
    unparsed('json: cannot unmarshal object into Go struct field Container.spec.containers.command of type string'),
  );
  expect(said(`${pod} []\n`)).toBe('invalid pod: [spec.containers: Required value]');
  expect(said('apiVersion: v1\nkind: Pod\n')).toBe('invalid pod: name is needed for the pod');
});
