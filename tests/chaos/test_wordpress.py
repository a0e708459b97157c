"""Renames in a WordPress with many posts: exact, and within a stated time. RENAMER_TEST_POSTS says how many."""

import os
import time
from pathlib import Path
from typing import Any

from tests.connectors.wordpress.acting import ROUTES, photo, rename, undo
from tests.servers import wordpress
from tests.servers.wordpress import Site

POSTS = int(os.environ.get("RENAMER_TEST_POSTS", "500"))
LOGOS = 2  # shown on a tenth of all posts
PHOTOS = POSTS // 250  # shown on 25 posts; 200 of them among 50,000 posts
# On two busy cores, among 50,000 posts and 500,000 rows of meta, a logo took 8.5 seconds and a photo 1.34.
SECONDS_FOR_LOGO = 3 + POSTS / 50_000 * 20
SECONDS_FOR_PHOTO = 1.5
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


SHOW = """
UPDATE wp_posts SET post_content = CONCAT(post_content, '<img src="', REPLACE('{address}', 'IMG_0', CONCAT('IMG_',
  CAST(SUBSTR(post_name, 6) AS INT) MOD {every})), '"/>')
WHERE post_name LIKE 'page-%' AND CAST(SUBSTR(post_name, 6) AS INT) MOD {every} BETWEEN 1 AND {images};
"""


def test_renames_among_many_posts_are_exact_and_quick(mariadb_server: Path):
    with wordpress.site(mariadb_server) as site:
        site.install(Path("connectors/wordpress/plugin"), "image-renamer")
        logos = [site.upload(f"LOGO_{number}.jpg", photo()) for number in range(LOGOS)]
        photos = [site.upload(f"IMG_{number}.jpg", photo()) for number in range(1, PHOTOS + 1)]
        site.sql(FILL.format(posts=POSTS, meta=POSTS * 10))
        for image in logos:
            shown = f"CONCAT(post_content, '<img src=\"{image['source_url']}\"/>')"
            site.sql(f"UPDATE wp_posts SET post_content = {shown} WHERE post_name LIKE 'page-%7'")  # noqa: S608
        address = photos[0]["source_url"].replace("IMG_1", "IMG_0")
        site.sql(SHOW.format(address=address, every=POSTS // 25, images=PHOTOS))
        start = site.files(), site.rows("wp_image_renamer")
        items = [{"id": image["id"], "name": f"red-{image['id']}"} for image in [*logos, *photos][:50]]
        plans = site.api().post(f"{ROUTES}/plans", json={"items": items}).json()["items"]
        told = [*timed(site, logos, SECONDS_FOR_LOGO), *timed(site, photos, SECONDS_FOR_PHOTO)]
        rows = [POSTS // 10] * LOGOS + [25] * PHOTOS
        assert [one["rows"]["wp_posts"] for one in told] == rows
        assert [plan["refs"]["wp_posts"] for plan in plans] == rows[:50]
        for one in reversed(told):
            assert undo(site, one["request_id"]).json()["merged"] == 0
        assert (site.files(), site.rows("wp_image_renamer")) == start


def timed(site: Site, images: list[dict[str, Any]], most_seconds: float) -> list[dict[str, Any]]:
    """What the plugin told of renames, one after another."""
    began = time.monotonic()
    told = [rename(site, image["id"], f"red-{image['id']}") for image in images]
    each = (time.monotonic() - began) / len(images)
    print(f"{each:.2f} s for each of {len(images)} images among {POSTS} posts")  # noqa: T201
    assert each < most_seconds
    return told
