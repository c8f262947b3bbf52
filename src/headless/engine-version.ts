declare const K8S_LAB_VERSION: string;
declare const K8S_LAB_BUILD: string;

/** The version that records and grades speak of; `dev` when run from the sources. */
export const engineVersion = (): string => (typeof K8S_LAB_VERSION === 'undefined' ? 'dev' : K8S_LAB_VERSION);
/** Put in by the bundler; `dev` from source. */
export const buildId = (): string => (typeof K8S_LAB_BUILD === 'undefined' ? 'dev' : K8S_LAB_BUILD);
