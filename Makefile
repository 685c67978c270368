# The menu. Meson does the work in build/; tools/setup installs what is missing (nothing is done
# when nothing is). Every line here can be typed by hand as well.
BUILD = build
T = 60
PREFIX = /usr/local

.PHONY: help build install uninstall demo test check lint device bench fuzz base cover clean

help:
	@echo 'make build     set up and build build/mote'
	@echo 'make install   the program, its manual and completion below DESTDIR PREFIX (/usr/local)'
	@echo 'make demo      build, and go round the loop on the example project'
	@echo 'make test      build, and run every test that needs only this machine'
	@echo 'make check     test, lint, gcc, clang, sanitizers, devices, interoperation (30 minutes)'
	@echo 'make lint      layers, tables, banned calls, static analysis'
	@echo 'make device    cross-build, symbol, stack and size checks, emulator parity'
	@echo 'make bench     speed and size against the recorded baseline'
	@echo 'make fuzz T=60 every fuzz target for T seconds'
	@echo 'make base SPEECH=FOLDER  a body for projects with few recordings (base/README.md; an hour)'
	@echo 'make cover     line coverage of the tests, in coverage/'

build:
	@tools/setup build
	@test -f $(BUILD)/build.ninja || meson setup $(BUILD)
	@ninja -C $(BUILD) mote

# Builds nothing where there is a program already, so that 'sudo make install' makes no files of root.
install:
	@test -x $(BUILD)/mote || $(MAKE) build
	@DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' tools/install $(BUILD)

uninstall:
	@DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' tools/install --remove $(BUILD)

demo:
	@tools/setup build device
	@test -f $(BUILD)/build.ninja || meson setup $(BUILD)
	@ninja -C $(BUILD) mote
	@tools/demo

test:
	@tools/setup build test
	@tools/test --build $(BUILD)

check:
	@tools/setup build test device check
	@MOTE_WHOLE=1 .ci/run

lint:
	@tools/setup build check
	@tools/lint

device:
	@tools/setup build test device
	@tools/device

bench:
	@tools/setup build test device bench
	@tools/bench

fuzz:
	@tools/setup build test check
	@tools/fuzz $(T)

base: build
	@base/build $(BUILD)/mote '$(SPEECH)' $(BUILD)/base '$(LEAVE_OUT)'

cover:
	@tools/setup build test check
	@tools/cover

clean:
	rm -rf $(BUILD) build-* coverage
