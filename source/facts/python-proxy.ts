/**
 * Python of a probe that asks servers as the programs of its node do: `opener(url)` goes through the proxy of the task's `proxy`, else
 * that of /etc/environment; `words(problem)` says why nothing answered.
 */
export const pythonProxy = `
import re, ssl, urllib.error, urllib.request

def environment():
    found = {}
    try:
        with open("/etc/environment") as lines:
            for line in lines:
                match = re.match(r'\\s*(?:export\\s+)?((?:https?|no|all)_proxy)=["\\']?([^"\\'\\n]*)', line, re.I)
                if match and match.group(2).strip():
                    found[match.group(1).lower()] = match.group(2).strip()
    except OSError:
        pass
    return found

proxies = task.get("proxy") or environment()
if "no_proxy" in proxies:
    os.environ["no_proxy"] = proxies["no_proxy"]
schemes = {scheme: proxies.get(scheme + "_proxy") or proxies.get("all_proxy") for scheme in ("http", "https")}
schemes = {scheme: proxy for scheme, proxy in schemes.items() if proxy}

def proxy_for(url):
    scheme, host = url.split("://")[0], url.split("/")[2].split(":")[0]
    return schemes.get(scheme) if not urllib.request.proxy_bypass_environment(host, {"no": proxies.get("no_proxy", "")}) else None

def opener(url):
    proxy = proxy_for(url)
    return urllib.request.build_opener(urllib.request.ProxyHandler({url.split("://")[0]: proxy} if proxy else {}))

def words(problem):
    reason = getattr(problem, "reason", problem)
    if isinstance(reason, ssl.SSLCertVerificationError):
        return "its certificate is not trusted: " + reason.verify_message
    if isinstance(reason, (socket.timeout, TimeoutError)):
        return "no answer"
    return str(getattr(reason, "strerror", None) or reason)
`;
