"""ListFunctions in pages of at most 50. AWS docs: ListFunctions, AWS Lambda API Reference."""

import json
from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException
from moto.awslambda.responses import LambdaResponse

from sandbox.listings import pages
from sandbox.replacing import put

MOST = 50


def list_functions(response: Any) -> str:
    """In the place of moto's."""
    asked = {name: values[0] for name, values in response.querystring.items()}
    most = pages.within(int(asked.get("MaxItems", MOST)), "maxItems", 1, 10_000, InvalidParameterValueException)
    rows = list(response.backend.list_functions(asked.get("FunctionVersion")))
    try:
        found, marker = pages.page(rows, min(most, MOST), asked.get("Marker"))
    except pages.BadToken as error:
        raise InvalidParameterValueException("Invalid Marker") from error
    answer: dict[str, Any] = {"Functions": [row.get_configuration() for row in found]}
    return json.dumps(answer | ({"NextMarker": marker} if marker else {}))


def replace() -> None:
    put(LambdaResponse, list_functions=list_functions)
