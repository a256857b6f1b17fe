"""What editors change in chat beside what the files of the folder say, seen from editors' and readers' telephones."""

from __future__ import annotations

from pathlib import Path

from street import buttons, street
from web_site import png

from bot.sandbox.tour.stage import plain


async def test_an_edit_outlives_a_restart_and_its_file_and_a_changed_file_asks(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        anna, _ = await here.move_in("first")
        edith = here.cast.edith
        await here.asks(edith, "/edit first title Edited by hand")
        await here.sees(edith, "It would go to")
        assert await here.close() == 0
        here.article("first.json", published=False, heat=700)  # touched, and the same where it was edited
        assert (await here.shell("import", "content")).status == 0
        await here.open()
        await here.asks(edith, "/publish first")
        await here.sees(anna, "Edited by hand")
        assert "Edited by hand" in plain(await here.asks(anna, "/latest Energy"))
        here.article("first.json", "Changed in the file", heat=701)
        asked = await here.sees(edith, "Changed in the file")
        assert "its file or feed says something else now (title): “Changed in the file”." in plain(asked)
        assert buttons(asked) == ["Keep ours", "Take the other", "Open #1"]
        assert "Edited by hand" in plain(await here.asks(anna, "/latest Energy"))
        await here.presses(edith, "Take the other", asked)
        question = await here.sees(edith, "was changed: title")
        assert buttons(question) == ["Lists only", "Every copy", "Leave it"]
        assert "Changed in the file" in plain(await here.asks(anna, "/latest Energy"))
        await here.presses(edith, "Every copy", question)
        await here.sees(anna, "Corrected ")
        log = plain(await here.asks(edith, "/log"))
        assert "Edited by hand → Changed in the file" in log
        assert "First → Edited by hand" in log


async def test_a_picture_that_was_sent_and_a_chosen_audience_outlive_a_kill(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        here.topic("robotics", "Robotics")
        anna, ben = await here.move_in("first")
        edith = here.cast.edith
        await here.asks(ben, "/subscribe Robotics")
        await here.asks(edith, "/edit first picture")
        photo = here.world.photograph(edith, edith, png(640, 360))["photo"][-1]["file_id"]
        await here.sees(edith, "Picture: Telegram has it.")
        await here.asks(edith, "/edit first credit Jo Lens")
        copy = await here.sees(edith, "Picture: Jo Lens")
        note = await here.sees(edith, "It would go to 2 chats", after=copy["message_id"])
        await here.presses(edith, "More", note)
        await here.presses(edith, "Choose who gets it", note)
        await here.presses(edith, "Robotics")
        chosen = await here.sees(edith, "goes to 1 chat: only followers of Robotics")
        await here.kill()
        await here.open()
        here.article("first.json", published=False, heat=700)  # touched, and as before where it was edited
        await here.presses(edith, "Open #1", chosen)
        assert "It goes only to followers of Robotics." in plain(await here.sees(edith, "It would go to 1 chat"))
        await here.asks(edith, "/publish first")
        got = await here.sees(ben, "First")
        assert got["photo"][-1]["file_id"] == photo
        assert plain(got).splitlines()[-1] == "Picture: Jo Lens"
        await here.sees(edith, "#1 is out. 1 sent")
        assert here.screens(anna, "First") == []
        assert "First" in plain(await here.asks(anna, "/latest Energy"))
