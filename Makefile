# The menu. Meson does the work; tools/setup installs what is missing.
BUILD ?= build

.PHONY: build
build:
	@test -f $(BUILD)/build.ninja || meson setup $(BUILD)
	@ninja -C $(BUILD)
