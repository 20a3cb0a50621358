import * as z from 'zod';
import type { Script } from '../host/host.ts';
import { parsedJson } from '../text/parsed-json.ts';
import { pythonProxy } from './python-proxy.ts';
import { pythonScript } from './python-script.ts';

/** An image, and the manifests by which it is found, as containerd asks for them. */
export interface WantedImage {
  readonly image: string;
  /** Host of its registry: `docker.io`. */
  readonly registry: string;
  /** Behind `/v2/`: `library/nginx/manifests/1.27`. */
  readonly manifest: string;
  /** Asked after the mirrors that the node's containerd has already. `login`: with that of the site's registry. */
  readonly places: readonly { readonly url: string; readonly login: boolean }[];
}

export interface ImagesTask {
  readonly images: readonly WantedImage[];
  /** Folder of containerd's `hosts.toml` files on the node: https://github.com/containerd/containerd/blob/main/docs/hosts.md */
  readonly mirrors: string;
  /** Variables of an environment: a proxy that is still to be set. Default: that of /etc/environment. */
  readonly proxy?: Readonly<Record<string, string>>;
}

const missingImage = z.object({
  image: z.string(),
  /** `absent`: its registry answers and does not give it. `silent`: nothing is known of it. */
  kind: z.enum(['absent', 'silent']),
  /** What was heard from the last place. */
  problem: z.string(),
});
/** An image that a node does not find. */
export type MissingImage = z.output<typeof missingImage>;

/** Images that not every node has already, as one node finds them in their registries. */
export interface ImagesFound {
  /** How many the registries were asked for. */
  readonly asked: number;
  /** The node that asked. */
  readonly from: string;
  readonly missing: readonly MissingImage[];
}

export const imageAdvice =
  'Correct the chart, its values or `registry` in site.yaml, or import the image on every node: microk8s ctr image import FILE';

const answer = z.object({ missing: z.array(missingImage) });

/** s that all registries have. */
const asking = 25;
/** ms until the probe must have ended, with the way to the node. */
export const imagesDeadline = (asking + 20) * 1000;

/**
 * The script `image-manifests`: asks the registry of each image for its manifest, with HEAD, which no registry counts as a pull. Standard
 * input: `USER:SECRET` in base64, or nothing. Mirrors that containerd has on the node are asked first. Nothing is fetched and nothing stays.
 */
export const imagesProbe = (task: ImagesTask): Script =>
  pythonScript('image-manifests', asking + 10, { ...task, asking }, pythonProxy + body);

/** Undefined where the probe printed something else. */
export const parseImages = (stdout: string): readonly MissingImage[] | undefined => parsedJson(answer, stdout)?.missing;

const body = `
import urllib.parse

login = secret().strip()
kinds = ", ".join([
    "application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.docker.distribution.manifest.v2+json"])
found, heard = set(), {}

class Refused(Exception):
    pass

def head(url, authorization=None):
    headers = {"Accept": kinds, **({"Authorization": authorization} if authorization else {})}
    return opener(url).open(urllib.request.Request(url, method="HEAD", headers=headers), timeout=8)

# https://distribution.github.io/distribution/spec/auth/token/
def token(challenge, with_login):
    fields = dict(re.findall(r'(\\w+)="([^"]*)"', challenge))
    query = urllib.parse.urlencode({key: fields[key] for key in ("service", "scope") if key in fields})
    url = fields["realm"] + ("&" if "?" in fields["realm"] else "?") + query
    headers = {"Authorization": "Basic " + login} if with_login else {}
    with opener(url).open(urllib.request.Request(url, headers=headers), timeout=8) as given:
        made = json.load(given)
    return "Bearer " + (made.get("token") or made.get("access_token") or "")

def there(url, with_login):
    try:
        head(url).close()
        return
    except urllib.error.HTTPError as problem:
        challenge = problem.headers.get("WWW-Authenticate", "") if problem.code == 401 else ""
        if not challenge: raise
    if challenge.lower().startswith("basic") and not with_login: raise Refused("the registry wants a login")
    try:
        head(url, "Basic " + login if challenge.lower().startswith("basic") else token(challenge, with_login)).close()
    except urllib.error.HTTPError as problem:
        if problem.code in (401, 403):
            raise Refused("the registry refuses the login, or has no such image" if with_login else "the registry wants a login, or has no such image")
        raise

def mirrors(registry):
    for folder in (registry, "_default"):
        try:
            with open(os.path.join(task["mirrors"], folder, "hosts.toml")) as file: text = file.read()
        except OSError:
            continue
        parts = re.split(r'^\\s*\\[host\\."([^"]+)"\\]', text, flags=re.M)[1:]
        for url, about in zip(parts[::2], parts[1::2]):
            overridden = re.search(r"^\\s*override_path\\s*=\\s*true", about, re.M)
            authorization = re.search(r'Authorization\\s*=\\s*\\["([^"]+)"\\]', about)
            yield url.rstrip("/") + ("" if overridden else "/v2"), authorization.group(1) if authorization else None
        return

def by_mirror(url, authorization):
    if authorization: head(url, authorization).close()
    else: there(url, False)

def ask(image, registry, manifest, places):
    ways = [(by_mirror, base + "/" + manifest, authorization) for base, authorization in mirrors(registry)]
    for way, url, how in ways + [(there, place["url"], place["login"] and login != "") for place in places]:
        try:
            way(url, how)
            found.add(image)
            return
        except Refused as problem:
            heard[image] = ("absent", str(problem))
        except urllib.error.HTTPError as problem:
            gone = {403: "the registry refuses it", 404: "the registry has no such image"}
            heard[image] = ("absent", gone[problem.code]) if problem.code in gone else ("silent", "the registry answers %d" % problem.code)
        except Exception as problem:
            heard[image] = ("silent", words(problem))

together([(ask, each["image"], each["registry"], each["manifest"], each["places"]) for each in task["images"]], task["asking"])
names = [each["image"] for each in task["images"] if each["image"] not in found]
told = [(name, *heard.get(name, ("silent", "no answer"))) for name in names]
print(json.dumps({"missing": [{"image": name, "kind": kind, "problem": problem} for name, kind, problem in told]}), flush=True)`;
