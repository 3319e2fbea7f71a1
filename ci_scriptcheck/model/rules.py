"""Every rule: what it is about, why it matters, an example and the cure.

`scriptcheck explain` prints it, and the reference is generated from it. Codes never change their
meaning. SC1 is found without running, SC2 while running a script, SC3 between steps, SC4 against
base, SC5 on real data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ci_scriptcheck.model.result import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One kind of finding."""

    code: str
    level: Level
    title: str
    why: str
    example: str
    cure: str


_ALL = (
    Rule(
        code="SC101",
        level=Level.ERROR,
        title="a port that the step does not have",
        why="A link or a setting names a port that is in neither the contract nor the script, so nothing would ever flow there.",
        example="`train: {inputs: {featurs: prep.out}}` where `train` reads `features`",
        cure="Use the name that the step's contract gives the port.",
    ),
    Rule(
        code="SC102",
        level=Level.ERROR,
        title="a link that could join several ports",
        why="Two nodes are joined, and several ways of pairing their ports are equally good. A guess would test something that production does not do.",
        example="`calibration -> package` where both outputs of the one fit the one input of the other",
        cure="Say which output feeds the input: `steps: {Package: {inputs: {model: {from: model_output}}}}`.",
    ),
    Rule(
        code="SC103",
        level=Level.ERROR,
        title="a required input that nothing produces",
        why="The step needs this input, and no node before it writes anything that fits.",
        example="`evaluate` needs `model_input`, and only a data loader feeds it",
        cure="Join a node that writes it, or mark the port `external: true` with a dataset.",
    ),
    Rule(
        code="SC104",
        level=Level.ERROR,
        title="a pipeline that runs in a circle",
        why="Nodes on a circle wait for each other for ever.",
        example="`a -> b -> a`",
        cure="Remove one of the links.",
    ),
    Rule(
        code="SC105",
        level=Level.ERROR,
        title="a joint that carries nothing",
        why="Two nodes are joined, but none of the outputs of the first fits an input of the second. Only the order is kept, which is rarely what was meant.",
        example="`Payload -> Package` where `Package` reads nothing that `Payload` writes",
        cure="Remove the joint, or declare the port that should carry the data.",
    ),
    Rule(
        code="SC106",
        level=Level.ERROR,
        title="a script that is not there",
        why="The contract names a script that the repository does not hold.",
        example="`entry_point: trian.py`",
        cure="Correct the name, or add the file.",
    ),
    Rule(
        code="SC107",
        level=Level.ERROR,
        title="a script that cannot be parsed",
        why="Python refuses the file, so every run of it will fail.",
        example="a missing bracket",
        cure="Correct the syntax at the place shown.",
    ),
    Rule(
        code="SC108",
        level=Level.WARNING,
        title="a step without a script",
        why="A pipeline uses a step for which there is no script, so it is not run, and what follows it is not either.",
        example="a step that a platform's own service carries out",
        cure="Give the step's outputs datasets, or say `skip` with the reason.",
    ),
    Rule(
        code="SC109",
        level=Level.ERROR,
        title="two steps of one name",
        why="Two contracts declare the same step; which one counts would be chance.",
        example="`step_type: Train` in two files",
        cure="Rename one of them.",
    ),
    Rule(
        code="SC110",
        level=Level.ERROR,
        title="a script without the function that is called",
        why="The script does not define the function the contract calls.",
        example="a module that does its work while it is imported",
        cure="Define `main(input_paths, output_paths, environ_vars, job_args)`.",
    ),
    Rule(
        code="SC111",
        level=Level.ERROR,
        title="a node that is joined to nothing",
        why="Other nodes of the pipeline are joined, this one is not; often two nodes were meant to be one.",
        example="`ModelWikiGenerator` and `ModelWikiGenerator_final`, each with half of the joints",
        cure="Join it, or use the same name in all joints.",
    ),
    Rule(
        code="SC112",
        level=Level.ERROR,
        title="a node whose step is unknown",
        why="No contract declares the step that this node is to run.",
        example="`XGBostTraining`",
        cure="Use the name of a declared step.",
    ),
    Rule(
        code="SC113",
        level=Level.ERROR,
        title="a contract or pipeline file that cannot be read",
        why="The file is broken, or lacks what every file of its kind has, so its step or pipeline is not checked.",
        example="a missing bracket in `daily.dag.json`",
        cure="Correct the file at the place shown.",
    ),
    Rule(
        code="SC201",
        level=Level.ERROR,
        title="the script raised an exception",
        why="The script ended with an exception that nothing caught, as it would in production.",
        example="`KeyError: 'amount_usd'`",
        cure="Read the place and the values shown; the change that caused it is named where it is known.",
    ),
    Rule(
        code="SC202",
        level=Level.ERROR,
        title="the script cannot be imported",
        why="The script, or something it imports, fails before `main` is called.",
        example="`ModuleNotFoundError: No module named 'lib'`",
        cure="Install what is missing, or add the import root under `path:`.",
    ),
    Rule(
        code="SC203",
        level=Level.ERROR,
        title="the script left with an exit status",
        why="The script called `sys.exit` instead of returning; the platform takes that for the end of the job.",
        example="`sys.exit(3)` after a failed check",
        cure="Raise an exception that says what is wrong, or return.",
    ),
    Rule(
        code="SC204",
        level=Level.ERROR,
        title="the script was ended by a signal",
        why="The process died in native code or was killed.",
        example="a segmentation fault in an extension",
        cure="Run it with `--start new -v` and look at the log.",
    ),
    Rule(
        code="SC205",
        level=Level.ERROR,
        title="the script took too long",
        why="The script was still running at its time limit, and was ended with all it had started.",
        example="an endless loop",
        cure="Make it faster, or raise `timeout:`.",
    ),
    Rule(
        code="SC206",
        level=Level.ERROR,
        title="the script used too much memory",
        why="The processes of the script together passed their limit, and were ended.",
        example="a cross join",
        cure="Use less, or raise `memory:`.",
    ),
    Rule(
        code="SC207",
        level=Level.ERROR,
        title="the script ended without a result",
        why="The process was gone before `main` returned or raised. Exit status 0 does not make that a success.",
        example="`os._exit(0)`",
        cure="Return from `main`.",
    ),
    Rule(
        code="SC208",
        level=Level.ERROR,
        title="an output is missing",
        why="The contract promises this output, and the script did not write it.",
        example="no file in `model_output`",
        cure="Write it, or take the port out of the contract.",
    ),
    Rule(
        code="SC209",
        level=Level.ERROR,
        title="nothing came out",
        why="The script ended well, but its outputs hold no rows although its inputs did, or nothing at all.",
        example="a filter on a value that no longer occurs",
        cure="Look at the rows that went in, and at what drops them.",
    ),
    Rule(
        code="SC210",
        level=Level.ERROR,
        title="a required input was never read",
        why="The script ended well without opening an input that its contract requires: it did not do its work.",
        example="a path looked up under an old name",
        cure="Read it, or make the port optional.",
    ),
    Rule(
        code="SC211",
        level=Level.ERROR,
        title="an input was changed",
        why="The script changed files in an input folder. The next attempt, or a neighbour, then reads something else.",
        example="unpacking `model.tar.gz` over the input",
        cure="Write to an output or to a temporary folder.",
    ),
    Rule(
        code="SC212",
        level=Level.WARNING,
        title="written outside the output folders",
        why="Files outside the folders of the run are lost or collide in production.",
        example='`open("/tmp/cache.csv", "w")`',
        cure="Write to an output folder or to a temporary folder.",
    ),
    Rule(
        code="SC213",
        level=Level.WARNING,
        title="read outside the input folders",
        why="What the script reads there is not part of its contract, and may be missing in production.",
        example='`open("/opt/ml/code/hyper.json")`',
        cure="Declare it as an input.",
    ),
    Rule(
        code="SC214",
        level=Level.WARNING,
        title="the network was asked for",
        why="The script tried to reach an address that `network:` does not allow.",
        example="a download while training",
        cure="Declare the data as an input, or allow it with `network: any`.",
    ),
    Rule(
        code="SC215",
        level=Level.WARNING,
        title="packages were to be installed while running",
        why="The call was answered without being carried out: a test must not change its environment.",
        example='`subprocess.check_call([sys.executable, "-m", "pip", "install", ...])`',
        cure="Install what the script needs before it runs.",
    ),
    Rule(
        code="SC216",
        level=Level.WARNING,
        title="processes were left behind",
        why="The script returned while processes it started were still running; they were ended.",
        example="a daemon",
        cure="Wait for them, or end them.",
    ),
    Rule(
        code="SC217",
        level=Level.WARNING,
        title="two equal runs differ",
        why="The same script on the same inputs wrote different data.",
        example="a sample without a seed",
        cure="Seed the generators, and sort what comes from sets and folders.",
    ),
    Rule(
        code="SC218",
        level=Level.ERROR,
        title="an error was logged, and the script ended well",
        why="The script met an error, wrote it to its log, and went on as if all were well.",
        example='`logger.error("method failed: ...")`, then an empty report',
        cure="Raise, so that the platform sees the failure; or log a warning if it is none.",
    ),
    Rule(
        code="SC219",
        level=Level.ERROR,
        title="a variable names a column that no input has",
        why="The variable, its default included, says which column to use, and no input has it. Scripts then fall back to a guess.",
        example="`LABEL_FIELD=label` where the inputs have `is_fraud`",
        cure="Set the variable under `env:` to a column that is there.",
    ),
    Rule(
        code="SC220",
        level=Level.ERROR,
        title="too many processes",
        why="The script had more processes at one time than it may, and was ended with all of them.",
        example="a fork bomb",
        cure="Start fewer, or raise `limits: {processes: ...}`.",
    ),
    Rule(
        code="SC221",
        level=Level.ERROR,
        title="too much output on the log",
        why="The script printed more than it may, and was ended.",
        example="a progress bar in a log",
        cure="Print less, or raise `limits: {log: ...}`.",
    ),
    Rule(
        code="SC222",
        level=Level.ERROR,
        title="too many or too large outputs",
        why="The script wrote more files or bytes than it may, and was ended.",
        example="a file for each row",
        cure="Write less, or raise `limits: {output_files: ..., output_bytes: ...}`.",
    ),
    Rule(
        code="SC223",
        level=Level.ERROR,
        title="the process that ran this task died twice",
        why="Not the script's fault, as far as we can tell: the worker around it was lost.",
        example="a machine that ran out of memory",
        cure="Run again; with fewer workers if it repeats.",
    ),
    Rule(
        code="SC224",
        level=Level.ERROR,
        title="a failure that was expected did not come",
        why="The settings say that this task is known to fail, and it passed.",
        example="`known: {rule: SC201}` on a step that was mended",
        cure="Remove `known`.",
    ),
    Rule(
        code="SC225",
        level=Level.ERROR,
        title="bad data was accepted",
        why="The scenario holds data that the script has to refuse, and it ended well.",
        example="a table without its key column",
        cure="Check the data and raise.",
    ),
    Rule(
        code="SC226",
        level=Level.ERROR,
        title="half-written outputs after an error",
        why="The script refused the data, but left files in its outputs that a reader may take for whole.",
        example="`train.csv` without the last part",
        cure="Write to a temporary name and rename at the end.",
    ),
    Rule(
        code="SC227",
        level=Level.ERROR,
        title="the input data cannot be made",
        why="The generator, the formula or the files of a dataset failed, so the task got no input.",
        example="a generator that raises",
        cure="Correct the dataset at the place shown.",
    ),
    Rule(
        code="SC228",
        level=Level.ERROR,
        title="an input is not what the task expects",
        why="The file that the script wants is not among what the port carries.",
        example="`report.json` in an empty folder",
        cure="Let the supplier write it.",
    ),
)

RULES: Mapping[str, Rule] = {rule.code: rule for rule in _ALL}
