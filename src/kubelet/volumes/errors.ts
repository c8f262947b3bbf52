/** A volume that cannot be set up; the text stands behind `MountVolume.SetUp failed for volume "x" : `. */
export class VolumeError extends Error {}
