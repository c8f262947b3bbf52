/** The releases of Kubernetes that worlds are made of, and what belongs to each (kubernetes cmd/kubeadm/app/constants). */
import { defaultVersion } from '../apiserver/non-resource.ts';
import type { Process } from '../linux/process.ts';
import { releaseOf } from '../linux/program.ts';
import { own } from '../sim/own.ts';

/** Versions as the tags of images have them. */
export type Release = {
  readonly version: string;
  readonly etcd: string;
  readonly coreDns: string;
  readonly pause: string;
};

/** What a world has unless it says otherwise. */
export const newest: Release = { version: 'v1.35.6', etcd: '3.6.6-0', coreDns: 'v1.13.1', pause: '3.10.1' };
/** Older ones, by minor version. */
export const releases = {
  '1.23': { version: 'v1.23.17', etcd: '3.5.6-0', coreDns: 'v1.8.6', pause: '3.6' },
  '1.24': { version: 'v1.24.17', etcd: '3.5.6-0', coreDns: 'v1.8.6', pause: '3.7' },
} as const satisfies Readonly<Record<string, Release>>;

/** What belongs to a version; to one that is not here, what belongs to the newest. */
export const releaseFor = (version: string): Release => ({ ...newest, ...own(releases, `1.${minorOf(version)}`), version });

/** `v1.23.17`: the release of the component that runs as this process. */
export const versionOf = (process: Process): string => releaseOf(process) ?? newest.version;

/** 23 of `v1.23.17`. */
export const minorOf = (version: string): number => Number(/^v1\.(\d+)/.exec(version)?.[1] ?? 0);

const goVersions: Readonly<Record<number, string>> = { 23: 'go1.19.6', 24: 'go1.20.7' };
const buildDates: Readonly<Record<string, string>> = { 'v1.23.17': '2023-02-22T13:27:46Z', 'v1.24.17': '2023-08-24T11:16:30Z' };
const commits: Readonly<Record<string, string>> = {
  'v1.23.17': '953be8927218ec8067e1af2641e540238ffd7576',
  'v1.24.17': '22a9682c8fe855c321be75c5faacde343f909b04',
};

/** As kube-apiserver answers `/version`. */
type VersionInfo = { readonly major: string; readonly minor: string; readonly gitVersion: string; readonly [field: string]: string };

/** What the apiserver answers at /version; undefined for the newest, which knows it itself. */
export function versionInfo(version: string): VersionInfo | undefined {
  if (version === newest.version) return undefined;
  const minor = minorOf(version);
  return {
    ...defaultVersion,
    minor: String(minor),
    gitVersion: version,
    ...(minor < 25 ? { gitCommit: commits[version] ?? '', buildDate: buildDates[version] ?? '', goVersion: goVersions[minor] ?? '' } : {}),
  };
}

/** What `/version` says of a release: the labels of kubernetes_build_info. */
export const buildInfo = (version: string): VersionInfo => versionInfo(version) ?? defaultVersion;
