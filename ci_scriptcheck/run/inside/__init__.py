"""What runs inside a project's own interpreter: the warm host, and all that stands around a script.

Started by path, under the private package name `_scriptcheck`, so that a project's own `wire.py` or
`packages.py` is never shadowed. Rules for every module here:

* The interpreter may be older than ours: Python 3.9 and later.
* It has none of our dependencies, and not our model: the standard library only.
* Modules import each other relatively (`from . import census`), and nothing else of ours.
* What a script's process has imported already is what it pays for: import late what is rare.

Who is who: `host` imports libraries once and forks `supervisor`s, each for run after run; a supervisor
forks the `child`, which sets the `stage` and runs the script, and watches it through `census` and
`limits`. The other modules serve one of these three.
"""
