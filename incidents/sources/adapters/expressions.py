"""JMESPath, bounded: what people write must not cost the engine its time.

A short expression can build a value of exponential size (`[@,@]|[@,@]|…`), so that every step and
every part of a new value counts against a budget.
"""

from functools import lru_cache
from typing import Any, Final

import jmespath
from jmespath import functions
from jmespath.exceptions import JMESPathError
from jmespath.parser import ParsedResult
from jmespath.visitor import Options, TreeInterpreter

from incidents.kernel.errors import Invalid

LONGEST: Final = 500
STEPS: Final = 200_000
LONGEST_TEXT: Final = 500_000


class TooCostly(Exception):
    """The expression does more than a message is worth."""


class _Functions(functions.Functions):  # type: ignore[misc]  # jmespath has no types
    @functions.signature(  # type: ignore[untyped-decorator]  # as above
        {"types": ["string"]}, {"types": ["array-string"]}
    )
    def _func_join(self, glue: str, parts: list[str]) -> str:
        if len(glue) * len(parts) + sum(map(len, parts)) > LONGEST_TEXT:
            raise TooCostly
        return glue.join(parts)


class _Bounded(TreeInterpreter):  # type: ignore[misc]  # as above
    def __init__(self) -> None:
        super().__init__(Options(custom_functions=_Functions()))
        self._left = STEPS

    def visit(self, node: Any, *args: Any, **kwargs: Any) -> Any:
        self._spend(1)
        value = super().visit(node, *args, **kwargs)
        if isinstance(value, list):
            self._spend(len(value))
        return value

    def visit_multi_select_list(self, node: Any, value: Any) -> Any:
        made = super().visit_multi_select_list(node, value)
        self._weigh(made)
        return made

    def visit_multi_select_dict(self, node: Any, value: Any) -> Any:
        made = super().visit_multi_select_dict(node, value)
        self._weigh(made)
        return made

    def _weigh(self, value: Any) -> None:
        """Every part of a value built here counts, as often as it is in it."""
        waiting = [value]
        while waiting:
            part = waiting.pop()
            self._spend(1 + (len(part) // 100 if isinstance(part, str) else 0))
            if isinstance(part, dict):
                waiting.extend(part.values())
            elif isinstance(part, list):
                waiting.extend(part)

    def _spend(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise TooCostly


def checked(expression: str) -> str:
    """`expression` where it can be read. Raises Invalid, which says at which character it fails."""
    _compiled(expression)
    return expression


def evaluate(expression: str, value: Any) -> Any:
    """What `expression` yields of `value`; None where it is empty, fails or costs too much."""
    try:
        return yielded(expression, value)
    except Invalid:
        return None


def yielded(expression: str, value: Any) -> Any:
    """What `expression` yields of `value`. Raises Invalid with the reason it does not."""
    if not expression:
        return None
    tree = _compiled(expression).parsed
    try:
        return _Bounded().visit(tree, value)
    except TooCostly as error:
        raise Invalid("This expression takes too many steps.", "Make it simpler.") from error
    except (JMESPathError, ArithmeticError, RecursionError, TypeError, ValueError) as error:
        raise Invalid(str(error).splitlines()[0][:200]) from error


@lru_cache(maxsize=2000)
def _compiled(expression: str) -> ParsedResult:
    if len(expression) > LONGEST:
        raise Invalid(f"An expression has at most {LONGEST} characters.")
    try:
        return jmespath.compile(expression)
    except (JMESPathError, RecursionError, ValueError) as error:
        reason = str(error).splitlines()[0][:200]
        raise Invalid(f"{expression!r} is no JMESPath expression.", reason) from error
