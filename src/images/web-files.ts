/** Configuration and pages inside web server images, in the lab's own words where the originals are prose. */
import type { LayerEntry } from '../interfaces/distribution.ts';
import { directory, program, text } from './definition.ts';

/** For images whose original is a long shell script. */
export const entrypointScript = `#!/bin/sh
# Runs what lies in /docker-entrypoint.d/, then the command.
set -e
exec "$@"
`;

const page = (title: string, body: string): string => `<!DOCTYPE html>
<html>
<head>
<title>${title}</title>
<style>
html { color-scheme: light dark; }
body { width: 35em; margin: 0 auto;
font-family: Tahoma, Verdana, Arial, sans-serif; }
</style>
</head>
<body>
<h1>${title}</h1>
${body}
</body>
</html>
`;

const nginxConf = `
user  nginx;
worker_processes  auto;

error_log  /var/log/nginx/error.log notice;
pid        /run/nginx.pid;


events {
    worker_connections  1024;
}


http {
    include       /etc/nginx/mime.types;
    default_type  application/octet-stream;

    log_format  main  '$remote_addr - $remote_user [$time_local] "$request" '
                      '$status $body_bytes_sent "$http_referer" '
                      '"$http_user_agent" "$http_x_forwarded_for"';

    access_log  /var/log/nginx/access.log  main;

    sendfile        on;
    #tcp_nopush     on;

    keepalive_timeout  65;

    #gzip  on;

    include /etc/nginx/conf.d/*.conf;
}
`;

const defaultConf = `server {
    listen       80;
    listen  [::]:80;
    server_name  localhost;

    #access_log  /var/log/nginx/host.access.log  main;

    location / {
        root   /usr/share/nginx/html;
        index  index.html index.htm;
    }

    #error_page  404              /404.html;

    # redirect server error pages to the static page /50x.html
    #
    error_page   500 502 503 504  /50x.html;
    location = /50x.html {
        root   /usr/share/nginx/html;
    }
}
`;

const mimeTypes = `
types {
    text/html                                        html htm shtml;
    text/css                                         css;
    text/xml                                         xml;
    image/gif                                        gif;
    image/jpeg                                       jpeg jpg;
    application/javascript                           js;
    text/plain                                       txt;
    image/png                                        png;
    image/svg+xml                                    svg svgz;
    application/json                                 json;
    application/pdf                                  pdf;
}
`;

/** /etc/nginx and the welcome page. */
export const nginxConfigFiles = (): LayerEntry[] => [
  directory('/etc/nginx'),
  directory('/etc/nginx/conf.d'),
  directory('/usr/share/nginx'),
  directory('/usr/share/nginx/html'),
  text('/etc/nginx/nginx.conf', nginxConf),
  text('/etc/nginx/conf.d/default.conf', defaultConf),
  text('/etc/nginx/mime.types', mimeTypes),
  text(
    '/usr/share/nginx/html/index.html',
    page(
      'Welcome to nginx!',
      '<p>The web server in this container is up and answers with the page of its image.\nPut files of your own into /usr/share/nginx/html to see them here.</p>',
    ),
  ),
  text('/usr/share/nginx/html/50x.html', page('Error', '<p>The page cannot be shown now. Please try again later.</p>')),
  text(
    '/etc/passwd',
    'root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\nwww-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\nnginx:x:101:101:nginx user:/nonexistent:/bin/false\n',
  ),
];

/** httpd's tree below /usr/local/apache2. */
export const apacheLayer = (version: string): LayerEntry[] => [
  directory('/usr/local/apache2'),
  directory('/usr/local/apache2/bin'),
  directory('/usr/local/apache2/conf'),
  directory('/usr/local/apache2/htdocs'),
  directory('/usr/local/apache2/logs'),
  program('/usr/local/apache2/bin/httpd', 'httpd', 700_000),
  program('/usr/local/apache2/bin/htpasswd', 'htpasswd', 70_000),
  program('/usr/local/bin/httpd-foreground', 'httpd', 138),
  text(
    '/usr/local/apache2/conf/httpd.conf',
    `# Apache ${version}\nServerRoot "/usr/local/apache2"\nListen 80\nDocumentRoot "/usr/local/apache2/htdocs"\nErrorLog /proc/self/fd/2\n`,
  ),
  text('/usr/local/apache2/htdocs/index.html', '<html><body><h1>It works!</h1></body></html>\n'),
];
