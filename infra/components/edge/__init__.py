"""
The edge at Cloudflare: `host` for one host name, `zone` for what exists once in a zone, `access` for who may come near a host.

Pure rules that configuration asks before anything is made are in `plan_limits` and `coverage`. Import the modules themselves; this
package imports none of them, so that configuration can be read without the SDKs.
"""
