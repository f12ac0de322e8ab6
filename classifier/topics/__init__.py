"""Hot topics (热点问题): messages of one matter around one place gather as they come in.

A topic is looser than a duplicate: many people, over days, about the same thing near the same
place. `read_keys` says what a message speaks of, `TopicBook` puts it where it belongs, `name_topic`
says in a few words what a topic is about.
"""

from classifier.topics.book import Arrival, Looseness, Placement, Topic, TopicBook, looked_up
from classifier.topics.keys import read_keys
from classifier.topics.naming import Naming, name_topic

__all__ = [
    "Arrival",
    "Looseness",
    "Naming",
    "Placement",
    "Topic",
    "TopicBook",
    "looked_up",
    "name_topic",
    "read_keys",
]
