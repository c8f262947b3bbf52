/** Reading /var/lib/kubelet/config.yaml (kubernetes pkg/kubelet/kubeletconfig/configfiles, util/codec). */
import { unknownFields, wrongType } from '../../api/decode.ts';
import { durationProblem } from '../../apimachinery/duration.ts';
import { parseYaml, YamlError } from '../../apimachinery/yaml.ts';
import { apiVersion, kubeletConfigurationType } from './type.ts';

type Raw = Readonly<Record<string, unknown>>;

/** Why a file is no configuration, in the words of Go's decoders. */
export class ConfigurationError extends Error {}

/** The object a file holds, with what is odd about it but not fatal. Throws ConfigurationError. */
export function decodeConfiguration(text: string, path: string): { readonly config: Raw; readonly warning?: string } {
  if (text === '') throw new ConfigurationError(`kubelet config file "${path}" was empty`);
  const config = parsed(text);
  const wrong = wrongType(config, kubeletConfigurationType(), checks);
  if (wrong !== undefined) throw new ConfigurationError(`failed to decode: ${wrong}`);
  const unknown = unknownFields(config, kubeletConfigurationType());
  return unknown.length === 0 ? { config } : { config, warning: `strict decoding error: ${unknown.join(', ')}` };
}

const checks = {
  quantity: () => undefined,
  time: () => undefined,
  duration: durationProblem,
};

function parsed(text: string): Raw {
  const value = yaml(text);
  if (typeof value !== 'object' || Array.isArray(value))
    throw new ConfigurationError(
      `failed to decode: couldn't get version/kind; json parse error: json: cannot unmarshal ${kindOf(value)} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
    );
  const { kind, apiVersion: version } = (value ?? {}) as { kind?: unknown; apiVersion?: unknown };
  const lacking = !kind ? 'Kind' : !version ? 'apiVersion' : undefined;
  if (lacking !== undefined) throw new ConfigurationError(`failed to decode: Object '${lacking}' is missing in '${compactJson(value)}'`);
  if (kind !== 'KubeletConfiguration' || version !== apiVersion)
    throw new ConfigurationError(
      `failed to decode: no kind "${kind}" is registered for version "${version}" in scheme "pkg/kubelet/apis/config/scheme/scheme.go:33"`,
    );
  return value as Raw;
}

function yaml(text: string): unknown {
  try {
    return parseYaml(text);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new ConfigurationError(`failed to decode: ${error.message.replace('error converting YAML to JSON: ', '')}`);
  }
}

/** JSON as Go writes it out of a map: keys in order. */
export function compactJson(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each) ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1))) : each,
  );
}

const kindOf = (value: unknown): string => (Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value);
