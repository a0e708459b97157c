"""Renames in a WordPress with many posts: exact, and within a stated time. RENAMER_TEST_POSTS says how many."""

import os
import time
from pathlib import Path

from tests.connectors.wordpress.acting import ROUTES, photo, rename, undo
from tests.servers import wordpress

POSTS = int(os.environ.get("RENAMER_TEST_POSTS", "500"))
IMAGES = 4
# On two cores, 50,000 posts and 500,000 rows of meta took 5 to 9 seconds.
SECONDS_FOR_EACH = 5 + POSTS / 50_000 * 20
FILL = """
INSERT INTO wp_posts (post_author, post_date, post_date_gmt, post_content, post_title, post_excerpt, post_status,
  post_name, to_ping, pinged, post_modified, post_modified_gmt, post_content_filtered, post_type)
SELECT 1, '2020-01-01', '2020-01-01', CONCAT(REPEAT('<p>Words that say nothing in particular.</p> ', 60),
  '<img src="/wp-content/uploads/2026/11/DSC_', seq, '.jpg"/>'), CONCAT('Page ', seq), '', 'publish',
  CONCAT('page-', seq), '', '', '2020-01-01', '2020-01-01', '', 'post' FROM seq_1_to_{posts};
INSERT INTO wp_postmeta (post_id, meta_key, meta_value)
SELECT 100 + seq MOD {posts}, CONCAT('key', seq MOD 10), CONCAT('a:1:{{s:1:"u";s:9:"', LPAD(seq, 9, 'x'), '";}}')
FROM seq_1_to_{meta};
"""


def test_renames_among_many_posts_are_exact_and_take_seconds(mariadb_server: Path):
    with wordpress.site(mariadb_server) as site:
        site.install(Path("connectors/wordpress/plugin"), "image-renamer")
        media = [site.upload(f"IMG_{number}.jpg", photo()) for number in range(1000, 1000 + IMAGES)]
        site.sql(FILL.format(posts=POSTS, meta=POSTS * 10))
        for image in media:
            shown = f"CONCAT(post_content, '<img src=\"{image['source_url']}\"/>')"
            site.sql(f"UPDATE wp_posts SET post_content = {shown} WHERE post_name LIKE 'page-%7'")  # noqa: S608
        start = site.files(), site.rows("wp_image_renamer")
        items = [{"id": image["id"], "name": f"red-{image['id']}"} for image in media]
        plans = site.api().post(f"{ROUTES}/plans", json={"items": items}).json()["items"]
        began = time.monotonic()
        told = [rename(site, item["id"], item["name"]) for item in items]
        took = time.monotonic() - began
        assert [plan["refs"]["wp_posts"] for plan in plans] == [POSTS // 10] * IMAGES
        assert [one["rows"]["wp_posts"] for one in told] == [POSTS // 10] * IMAGES
        for one in reversed(told):
            assert undo(site, one["request_id"]).json()["merged"] == 0
        assert (site.files(), site.rows("wp_image_renamer")) == start
        print(f"{took / IMAGES:.1f} s for each of {IMAGES} images among {POSTS} posts")  # noqa: T201
        assert took / IMAGES < SECONDS_FOR_EACH
