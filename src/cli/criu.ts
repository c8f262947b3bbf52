/** What runc says of a node without CRIU, as the lab's are, before it freezes anything (libcontainer criuSupported). */
export const noCriu = 'CRIU version check failed: exec: "criu": executable file not found in $PATH';
