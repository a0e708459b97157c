"""The command `image-renamer`."""

from appliance.commands import main

if __name__ == "__main__":
    main()
