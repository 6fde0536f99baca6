"""What somebody does with Mastodon.py, step by step; prints what came as JSON, a line for each step."""

import json
import sys
import threading
from datetime import datetime, timedelta, timezone

from mastodon import Mastodon, StreamListener

origin, other_token, picture = sys.argv[1:]


def told(step, **what):
    print(json.dumps({"step": step, **what}, default=str), flush=True)


client_id, client_secret = Mastodon.create_app("Python", api_base_url=origin, scopes=["read", "write", "follow", "push"])
ada = Mastodon(client_id=client_id, client_secret=client_secret, api_base_url=origin)
told("asks", address=ada.auth_request_url(scopes=["read", "write", "follow", "push"]))
ada.log_in(code=sys.stdin.readline().strip(), scopes=["read", "write", "follow", "push"])
bob = Mastodon(access_token=other_token, api_base_url=origin)
me, him = ada.account_verify_credentials(), bob.account_verify_credentials()
told("in", me=me.acct, app=ada.app_verify_credentials().name, version=ada.instance().version)

ada.account_follow(him.id)
bob.account_follow(me.id)
told("relation", **{key: ada.account_relationships(him.id)[0][key] for key in ("following", "followed_by")})

first = ada.status_post("Fog over the #loom", spoiler_text="weather", language="en", idempotency_key="once")
again = ada.status_post("Fog over the #loom", spoiler_text="weather", language="en", idempotency_key="once")
edited = ada.status_update(first.id, "Sun over the #loom")
told("post", same=first.id == again.id, content=edited.content, history=len(ada.status_history(first.id)))

media = ada.media_post(picture, description="a red square", synchronous=True)
shown = ada.status_post("Look", media_ids=[media]).media_attachments[0]
told("media", kind=shown.type, description=shown.description)

answer = bob.status_reply(first, "@ada so it is")
context = ada.status_context(first.id)
told("reply", to=answer.in_reply_to_id == first.id, descendants=[each.id == answer.id for each in context.descendants])

asked = ada.status_post("Tea?", poll=ada.make_poll(["yes", "no"], expires_in=3600))
bob.poll_vote(asked.poll.id, [0])
told("poll", votes=[option.votes_count for option in bob.poll(asked.poll.id).options])

boost, like, kept = bob.status_reblog(first.id), bob.status_favourite(first.id), bob.status_bookmark(first.id)
told("acts", boosted=boost.reblog.id == first.id, likes=like.favourites_count, bookmarked=kept.bookmarked)

page = bob.timeline_home(limit=2)
rest = bob.fetch_remaining(page)
ids = [each.id for each in rest]
told("home", count=len(rest), ordered=ids == sorted(ids, reverse=True), once=len(ids) == len(set(ids)))
told("tag", count=len(bob.timeline_hashtag("loom")), local=len(bob.timeline_local()) > 2)
told("notifications", kinds=sorted({each.type for each in ada.notifications()}))
found = bob.search("ada", result_type="accounts")
told("search", accounts=[each.acct for each in found.accounts], statuses=len(ada.search("Sun", result_type="statuses").statuses))

weavers = ada.list_create("Weavers")
ada.list_accounts_add(weavers, [him.id])
told("list", accounts=[each.acct for each in ada.list_accounts(weavers)], lists=len(ada.lists()))
word = ada.filter_create("tar", ["home"], whole_word=True)
told("filter", phrases=[each.phrase for each in ada.filters()])
planned = ada.status_post("Later", scheduled_at=datetime.now(timezone.utc) + timedelta(hours=1))
told("planned", text=planned.params.text, count=len(ada.scheduled_statuses()))
secret, public = ada.push_subscription_generate_keys()
pushed = ada.push_subscription_set("https://127.0.0.1/send/3", public, mention_events=True)
told("push", endpoint=pushed.endpoint, mention=pushed.alerts.mention)


class Listener(StreamListener):
    def __init__(self):
        self.updated, self.deleted, self.gone = threading.Event(), threading.Event(), []

    def on_update(self, status):
        self.updated.set()

    def on_delete(self, status_id):
        self.gone.append(status_id)
        self.deleted.set()


listener = Listener()
stream = ada.stream_user(listener, run_async=True)
for attempt in range(20):
    said = bob.status_post("is anybody there " + str(attempt))
    if listener.updated.wait(1):
        break
bob.status_delete(said.id)
listener.deleted.wait(10)
told("stream", healthy=ada.stream_healthy(), updated=listener.updated.is_set(), gone=listener.gone == [int(said.id)] or listener.gone == [said.id])
stream.close()
