"""Small templates for the tests."""

import json


def resource(kind, seconds=None, **given):
    plain = {"Type": kind} | ({"Metadata": {"Sandbox": {"Seconds": seconds}}} if seconds else {})
    extras = {key: given.pop(key) for key in ("DeletionPolicy", "UpdateReplacePolicy", "DependsOn") if key in given}
    return plain | extras | {"Properties": given}


def parameter(name="A", value="one", seconds=None):
    return resource("AWS::SSM::Parameter", seconds, Name=f"/{name}", Type="String", Value=value)


def template(parameters=None, outputs=None, **resources):
    return json.dumps({"Parameters": parameters or {}, "Resources": resources, "Outputs": outputs or {}})


def one(value="one", seconds=None, **more):
    """A stack with one topic of this display name, and its name as output."""
    topic = resource("AWS::SNS::Topic", seconds, DisplayName=value)
    return template(outputs={"Name": {"Value": {"Fn::GetAtt": ["Topic", "TopicName"]}}}, Topic=topic, **more)
