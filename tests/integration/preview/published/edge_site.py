"""Pages, a namespace of keys and a record in a zone that is looked up by its name, at Cloudflare."""

import pulumi
import pulumi_cloudflare as cloudflare
import pulumi_random as random

account = "0123456789abcdef0123456789abcdef"
pet = random.RandomPet("pet", length=2)
pages = cloudflare.PagesProject("pages", account_id=account, name=pet.id, production_branch="main")
cloudflare.WorkersKvNamespace("keys", account_id=account, title="sessions")
zone = cloudflare.get_zone(filter={"name": "example.org"})
cloudflare.DnsRecord(
    "www", zone_id=zone.zone_id, name=f"www.{zone.name}", type="CNAME", content=pages.subdomain, ttl=1, proxied=True
)
pulumi.export("site", pages.subdomain)
