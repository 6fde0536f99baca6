"""How Mastodon.py hands in films, sounds and GIFs; prints what came as JSON, a line for each."""

import json
import sys

from mastodon import Mastodon

origin, token, *paths = sys.argv[1:]
ada = Mastodon(access_token=token, api_base_url=origin)

for path in paths:
    early = ada.media_post(path, description="a scene")
    media = ada.media_post(path, description="a scene", synchronous=True)
    shown = ada.status_post("Look", media_ids=[media]).media_attachments[0]
    print(json.dumps({"early": early.url, "kind": shown.type, "url": shown.url, "description": shown.description}), flush=True)
