// A registry on loopback that serves the packages of this checkout's node_modules, so that an install needs no network.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { ROOT } from './sources.ts';

/** Sources that only a compiler needs: native modules go as they were compiled here. */
const NOT_SENT = ['deps', 'src', 'obj', 'obj.target', 'node_modules'].map((name) => `--exclude=./**/${name}`);

/** Folders of every installed package by name and version, as the lock file has them. */
function installedPackages(): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const { packages } = JSON.parse(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Readonly<Record<string, { readonly version?: string }>>;
  };
  const found = new Map<string, Map<string, string>>();
  for (const [place, { version }] of Object.entries(packages)) {
    const name = place.split('node_modules/').at(-1) ?? '';
    // What does not fit this Node or system was left out of the installation.
    if (name === '' || version === undefined || !existsSync(path.join(ROOT, place, 'package.json'))) continue;
    found.set(name, (found.get(name) ?? new Map<string, string>()).set(version, path.join(ROOT, place)));
  }
  return found;
}

/** Starts it; `asked` are the packages that were fetched. */
export async function startOwnRegistry(): Promise<{
  readonly url: string;
  readonly asked: ReadonlySet<string>;
  close(): Promise<void>;
}> {
  const installed = installedPackages();
  const asked = new Set<string>();
  const server = createServer((request, response) => {
    const [name = '', version] = decodeURIComponent((request.url ?? '').slice(1)).split('/-/');
    const folders = installed.get(name);
    const folder = folders?.get(version ?? '');
    if (folders === undefined || (version !== undefined && folder === undefined)) {
      response.writeHead(404).end('{}');
      return;
    }
    if (folder === undefined) {
      const versions = Object.fromEntries(
        [...folders].map(([number, place]) => [
          number,
          {
            ...JSON.parse(readFileSync(path.join(place, 'package.json'), 'utf8')),
            dist: { tarball: `${url}${encodeURIComponent(name)}/-/${number}` },
          },
        ]),
      );
      response.end(JSON.stringify({ name, 'dist-tags': { latest: [...folders.keys()].at(-1) }, versions }));
      return;
    }
    asked.add(name);
    const tar = spawn('tar', ['-cz', ...NOT_SENT, '--transform=s,^\\.,package,', '-C', folder, '.'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    tar.stdout.pipe(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    url,
    asked,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
