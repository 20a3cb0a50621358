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
  /** `absent`: every place answers and does not give it. `silent`: a place that may have it did not answer. */
  kind: z.enum(['absent', 'silent']),
  /** What was heard; by host where there are several places. */
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
 * input: `USER:SECRET` in base64, or nothing. Mirrors that containerd has on the node are asked first, and the `server` of their file in
 * the place of the registry itself. Nothing is fetched and nothing stays.
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
found, complete, heard = set(), set(), {}

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
    if challenge.lower().startswith("basic") and not with_login: raise Refused("the registry requires a login")
    try:
        head(url, "Basic " + login if challenge.lower().startswith("basic") else token(challenge, with_login)).close()
    except urllib.error.HTTPError as problem:
        if problem.code in (401, 403):
            raise Refused("the registry refuses the login, or has no such image" if with_login else "the registry requires a login, or has no such image")
        raise

# MicroK8s' own file names docker.io, which is a page for people.
def based(url, overridden=False):
    whole = (url if "://" in url else "https://" + url).rstrip("/")
    return whole.replace("://docker.io", "://registry-1.docker.io") + ("" if overridden else "/v2")

# https://github.com/containerd/containerd/blob/main/docs/hosts.md
def containerd(registry):
    for folder in (re.sub(r":(\\d+)$", r"_\\1_", registry), registry, "_default"):
        try:
            with open(os.path.join(task["mirrors"], folder, "hosts.toml")) as file: text = file.read()
        except OSError:
            continue
        top, *parts = re.split(r"^\\s*\\[host\\.[\\"']([^\\"']+)[\\"']\\]", text, flags=re.M)
        mirrors = []
        for url, about in zip(parts[::2], parts[1::2]):
            overridden = re.search(r"^\\s*override_path\\s*=\\s*true", about, re.M)
            authorization = re.search(r'Authorization\\s*=\\s*\\["([^"]+)"\\]', about)
            mirrors.append((based(url, overridden), authorization.group(1) if authorization else None))
        server = re.search(r"^\\s*server\\s*=\\s*[\\"']([^\\"']+)[\\"']", top, re.M)
        return mirrors, based(server.group(1)) if server else None
    return [], None

def by_mirror(url, authorization):
    if authorization: head(url, authorization).close()
    else: there(url, False)

# The last of the places is the registry itself. Its login is for no other server.
def ways(registry, manifest, places):
    mirrors, server = containerd(registry)
    asked = [(by_mirror, base + "/" + manifest, authorization) for base, authorization in mirrors]
    asked += [(there, place["url"], place["login"] and login != "") for place in places]
    if server and not (places and places[-1]["url"] == server + "/" + manifest):
        asked[len(mirrors) + max(len(places) - 1, 0):] = [(there, server + "/" + manifest, False)]
    return asked

def answered(way, url, how):
    gone = {403: "the registry refuses it", 404: "the registry has no such image"}
    try:
        way(url, how)
        return None
    except Refused as problem:
        return "absent", str(problem)
    except urllib.error.HTTPError as problem:
        return ("absent", gone[problem.code]) if problem.code in gone else ("silent", "the registry answers %d" % problem.code)
    except Exception as problem:
        return "silent", words(problem)

def ask(image, registry, manifest, places):
    said = heard.setdefault(image, {})
    for way, url, how in ways(registry, manifest, places):
        said[url] = ("silent", "no answer")
        said[url] = answered(way, url, how)
        if said[url] is None:
            found.add(image)
            return
    complete.add(image)

def missing(image):
    said = dict(heard.get(image, {}))
    kind = "absent" if image in complete and all(kind == "absent" for kind, _ in said.values()) else "silent"
    told = {(urllib.parse.urlsplit(url).netloc, problem): 0 for url, (_, problem) in said.items()}
    problem = "; ".join(words if len(told) == 1 else host + ": " + words for host, words in told)
    return {"image": image, "kind": kind, "problem": problem or "no answer"}

together([(ask, each["image"], each["registry"], each["manifest"], each["places"]) for each in task["images"]], task["asking"])
missed = [missing(each["image"]) for each in task["images"] if each["image"] not in found]
print(json.dumps({"missing": missed}), flush=True)`;
