/** What is said of users and groups that an image's files do not have (github.com/moby/sys/user). */
export const unknownUser = {
  user: (name: string): string => `unable to find user ${name}: no matching entries in passwd file`,
  group: (name: string): string => `unable to find group ${name}: no matching entries in group file`,
};
