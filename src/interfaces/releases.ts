/** How builds of containerd and runc speak of themselves: today's, and those that Docker's packages had beside Engine 20.10. */

/** `shown` is the version as its build was given it: Docker's packages of 1.x leave the `v` out. */
export type Build = { readonly shown: string; readonly package: string; readonly revision: string; readonly go: string };

/** `release` as the executable carries it: `v1.6.33`, undefined for today's. */
export const containerdBuild = (release?: string): Build =>
  release?.startsWith('v1.')
    ? { shown: release.slice(1), package: 'containerd.io', revision: 'd2d58213f83a351ca8f528a95fbd145f5654e957', go: 'go1.21.11' }
    : { shown: 'v2.3.4', package: 'github.com/containerd/containerd/v2', revision: 'db8809540e1a7a9da5d518876894933ff55692ab', go: 'go1.26.10' };

/** What runc says of itself below `runc version 1.4.3`. */
export const runcBuild = (release = '1.4.3'): { readonly version: string; readonly commit: string; readonly spec: string; readonly go: string } =>
  release.startsWith('1.1.')
    ? { version: release, commit: `v${release}-0-g51d5e94`, spec: '1.0.2-dev', go: 'go1.21.11' }
    : { version: release, commit: `v${release}-0-gbbc1a1e4`, spec: '1.3.0', go: 'go1.25.4' };
