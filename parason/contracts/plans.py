"""The database's own rule of a plan: as many parts as agreed, numbered from 1, that sum to the premium."""

from __future__ import annotations

import pgtrigger

WRONG = """
IF EXISTS (
    SELECT FROM contracts_contract c LEFT JOIN contracts_part p ON p.contract_id = c.id
    WHERE c.id = {contract} GROUP BY c.id
    HAVING c.parts < 2 OR count(p.id) <> c.parts OR max(p.number) <> c.parts
        OR sum(p.premium_minor) <> c.premium_minor
) THEN
    RAISE EXCEPTION 'the parts of contract % are not its plan', {contract} USING ERRCODE = 'check_violation';
END IF;
RETURN NULL;
"""


def follows_its_plan(name: str, *, contract: str, only: str = "") -> pgtrigger.Trigger:
    """A trigger that looks at a whole plan when its transaction ends; `only` is a condition on the row."""
    return pgtrigger.Trigger(
        name=name,
        operation=pgtrigger.Insert,
        when=pgtrigger.After,
        timing=pgtrigger.Deferred,
        condition=pgtrigger.Condition(only) if only else None,
        func=WRONG.format(contract=contract),
    )
