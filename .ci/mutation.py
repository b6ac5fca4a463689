"""Count the deliberate errors, mutants, that the quick tests notice: python .ci/mutation.py.

Without names those mutants are tested that were not so far: without the folder `mutants`, all.
`mutmut show NAME` shows one. Settings are in pyproject.toml.
"""

import argparse
import os
import sys
from collections import Counter, defaultdict
from pathlib import Path

import libcst as cst

os.chdir(Path(__file__).parents[1])

from mutmut import __main__ as mutmut  # noqa: E402
from mutmut.mutation import file_mutation  # noqa: E402

LEAST_SHARE = 0.9
NOTICED = ("killed", "timeout")

skip_node = file_mutation.MutationVisitor._skip_node_and_children
arrange_copies = file_mutation.function_trampoline_arrangement
find_tests = mutmut.collect_or_load_stats


def skip_decorators_alone(visitor, node):
    """Mutate decorated functions too: mutmut leaves them out, and most public ones are."""
    return not isinstance(node, cst.FunctionDef) and skip_node(visitor, node)


def arrange_bare_copies(function, mutants, class_name):
    """Decorate what calls the mutated copies, not the copies; doctests run once."""
    before, (caller, *copies), after, names = arrange_copies(function, mutants, class_name)
    return before, [caller, *map(bare, copies)], after, names


def bare(function):
    """Take off a function's decorators and docstring."""
    if function.get_docstring() is not None:
        body = function.body.with_changes(body=function.body.body[1:])
        function = function.with_changes(body=body)
    return function.with_changes(decorators=[])


def find_tests_by_file(runner, **options):
    """Have a mutant meet all tests of a file where one does.

    What a fixture calls for a whole file would count for the first of its tests alone.
    """
    find_tests(runner, **options)
    tests_by_file = defaultdict(set)
    for test in mutmut.state().duration_by_test:
        tests_by_file[test.partition("::")[0]].add(test)
    tests_by_function = mutmut.state().tests_by_mangled_function_name
    for function, tests in tests_by_function.items():
        files = {test.partition("::")[0] for test in tests}
        tests_by_function[function] = set().union(*(tests_by_file[file] for file in files))


def report():
    """Print a line for each file and one for all; returns the share noticed."""
    total = Counter()
    print(f"\n{'':44}{'mutants':>9}{'killed':>9}{'timeout':>9}{'left':>9}{'share':>9}")
    _, files = mutmut.collect_source_file_mutation_data(mutant_names=[])
    for path, data in sorted(files.items()):
        found = Counter(mutmut.status_by_exit_code[code] for code in data.exit_code_by_key.values())
        if found:
            print_counts(path, found)
        total += found
    return print_counts("all", total)


def print_counts(name, found):
    """Print a line of the report; returns the share noticed."""
    n_mutants, n_noticed = found.total(), sum(found[status] for status in NOTICED)
    counts = [n_mutants, *(found[status] for status in NOTICED), n_mutants - n_noticed]
    share = n_noticed / n_mutants
    print(f"{name:44}" + "".join(f"{count:9}" for count in counts) + f"{share:9.1%}")
    return share


def main():
    """Run; returns whether too few were noticed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help="mutants to test again, or patterns of them")
    parser.add_argument("--max-children", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    file_mutation.MutationVisitor._skip_node_and_children = skip_decorators_alone
    file_mutation.function_trampoline_arrangement = arrange_bare_copies
    mutmut.collect_or_load_stats = find_tests_by_file
    mutmut._run(arguments.names, arguments.max_children)
    mutmut.results.callback(all=False)
    return report() < LEAST_SHARE


if __name__ == "__main__":
    sys.exit(main())
