"""Runs commands of the AWS CLI against an endpoint: python3 aws.py URL. Each line of the input has the arguments of a command, as a JSON list;
each line of the output says what it printed and its exit code. A child of this process carries it out, so that Python starts once and reads
the modules of the CLI once: that is most of what a command costs."""

import json
import os
import sys

import awscli.clidriver

driver = awscli.clidriver.create_clidriver()
common = ["--endpoint-url", sys.argv[1], "--region", "us-east-1"]


def carry_out(words, to):
    """Runs a command and returns its exit code. From then on what this process prints goes to a file."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(to, 1)
    os.dup2(to, 2)
    sys.argv = ["aws", *common, *words]
    try:
        code = driver.main(sys.argv[1:])
    except SystemExit as end:
        code = end.code
    sys.stdout.flush()
    sys.stderr.flush()
    return int(code or 0)


commands = os.fdopen(os.dup(0), encoding="utf-8")
answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
carry_out(["sts", "get-caller-identity"], os.open(os.devnull, os.O_WRONLY))  # reads the modules that all commands need
for line in commands:
    with open(os.memfd_create("printed"), "r+", encoding="utf-8") as printed:
        child = os.fork()
        if child == 0:
            os._exit(carry_out(json.loads(line), printed.fileno()))
        _, status = os.waitpid(child, 0)
        printed.seek(0)
        answers.write(json.dumps({"printed": printed.read(), "code": os.waitstatus_to_exitcode(status)}) + "\n")
        answers.flush()
