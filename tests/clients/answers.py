"""Tells what of some answers is not as the document says: `answers.py openapi.json answers.json`."""

import json
import sys

import jsonschema_rs

document, answers = (json.load(open(path)) for path in sys.argv[1:])

for answer in answers:
    responses = document["paths"][answer["path"]][answer["method"]]["responses"]
    response = responses[str(answer["status"])]
    if "content" not in response:
        continue
    schema = response["content"]["application/json"]["schema"]
    validator = jsonschema_rs.Draft202012Validator(
        {**schema, "components": document["components"]}, validate_formats=True
    )
    for error in validator.iter_errors(answer["body"]):
        sys.exit(f"{answer['method']} {answer['path']}: {error}")
