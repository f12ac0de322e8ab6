"""`hotline seed`: the demo city and its tickets, once (初始化演示城市)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from flask import current_app
from flask.cli import with_appcontext

from hotline.cli import clock
from hotline.cli.telling import json_option, note, tell

if TYPE_CHECKING:
    from hotline.services.house import House


@click.command("seed")
@click.option("--tickets", "count", default=300, show_default=True, help="演示工单数量")
@json_option
@with_appcontext
def command(count: int, *, as_json: bool) -> None:
    """写入示范市：区划、单位、人员、分类、派单目录、知识和演示工单（只做一次）。"""
    result = seed(count)
    tell(
        result,
        as_json=as_json,
        words=lambda: (
            "已有数据，未作改动" if not result["seeded"] else f"已写入 {count} 张演示工单"
        ),
    )


def seed(count: int) -> dict[str, object]:
    """Seed when there is no city yet; demo accounts and tickets only in the demo environment."""
    from tqdm import tqdm

    from hotline.jobs import quiet
    from hotline.services import demo_life, seeding
    from hotline.services.topics import assigning, counting

    house: House = current_app.extensions["hotline"]
    if seeding.is_seeded():
        return {"seeded": False, "tickets": 0}
    now = clock.now()
    is_demo = house.settings.is_demo
    note("写入区划、单位、分类、派单目录、知识……")
    seeding.seed_city(at=now, with_staff=is_demo)
    if not is_demo:
        return {"seeded": True, "tickets": 0}
    with quiet():
        lives = demo_life.Seeder(house.shelf, now).live(count)
        for _ in tqdm(lives, total=count, desc="演示工单", unit="张", disable=count == 0):
            pass
        demo_life.settle(now, house.settings.public_url)
        while not assigning.go_on(at=now):
            pass
        while not counting.count_some(at=now):
            pass
    return {"seeded": True, "tickets": count}
