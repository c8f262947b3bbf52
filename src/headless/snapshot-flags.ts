/**
 * How V8 makes a snapshot and how it reads one, which have to be alike. Reading it, V8 would compute all hashes of names anew, so that nobody can guess
 * them from outside, in an eighth of the time of a start; here nobody is outside. Only where it was tried: V8 ends with an error at a flag that it does
 * not know.
 */
export const snapshotFlags: readonly string[] = ['20', '22', '24'].includes(process.versions.node.split('.')[0] ?? '') ? ['--no-rehash-snapshot'] : [];
