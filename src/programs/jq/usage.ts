/** What `jq --help` says. */
export const help = `Usage:\tjq [OPTIONS] FILTER [FILES...]
\tjq [OPTIONS] -f FILE [FILES...]
\tjq [OPTIONS] --args FILTER [ARGUMENTS...]

Applies FILTER to each JSON value of FILES or of the standard input and prints what comes out.

Options:
  -n, --null-input          use \`null\` as the only input
  -R, --raw-input           read each line as a string
  -s, --slurp               read all inputs into an array
  -c, --compact-output      one line for each result
  -r, --raw-output          strings without quotes
  -j, --join-output         like -r, without newlines
  -a, --ascii-output        only ASCII characters
  -S, --sort-keys           sort the keys of objects
  -C, --color-output        always colour
  -M, --monochrome-output   never colour
      --tab                 indent with tabs
      --indent n            indent with n blanks (at most 7)
  -f, --from-file FILE      read the filter from FILE
      --arg name value      set $name to the string value
      --argjson name value  set $name to the JSON value
      --slurpfile name file set $name to the JSON values of file
      --rawfile name file   set $name to the text of file
      --args                take further arguments as strings
      --jsonargs            take further arguments as JSON values
  -e, --exit-status         status 1 if the last result is false or null, 4 if there was none
  -V, --version             show the version
  -h, --help                show this help
`;
