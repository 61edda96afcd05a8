"""An internal consumer that knows nothing but the services' addresses and a token: contracts come from reflection.

Arguments: a JSON object with `training` and `inference` (host:port), `token`, `project`, `job` and `model`. Prints what it saw as JSON.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import grpc
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase


class Consumer:
    """One service, described by itself."""

    def __init__(self, address: str, token: str, project: str) -> None:
        self.channel = grpc.insecure_channel(address)
        self.metadata = (("authorization", f"Bearer {token}"), ("conch-project", project), ("x-request-id", "grpc-e2e"))
        self.database = ProtoReflectionDescriptorDatabase(self.channel)
        self.pool = DescriptorPool(self.database)

    def health(self) -> str:
        """The standard health service's word, which needs no token."""
        answer = health_pb2_grpc.HealthStub(self.channel).Check(health_pb2.HealthCheckRequest(), timeout=5)
        return str(health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status))

    def stub(self, service: str, method: str) -> tuple[Any, Any]:
        """A callable for one method, and the class of its requests."""
        described = self.pool.FindServiceByName(service).FindMethodByName(method)
        request, response = GetMessageClass(described.input_type), GetMessageClass(described.output_type)
        make = self.channel.unary_stream if described.server_streaming else self.channel.unary_unary
        return make(f"/{service}/{method}", request.SerializeToString, response.FromString), request

    def refusal(self, service: str, method: str) -> tuple[str, str]:
        """What a call without a token gets: status and error code."""
        call, request = self.stub(service, method)
        try:
            call(request(), timeout=5)
        except grpc.RpcError as error:
            return error.code().name, dict(error.trailing_metadata()).get("x-error-code", "")
        return "OK", ""


def main() -> None:
    """Reads a job, streams a generation, and looks at health, reflection, refusal and deadline on the way."""
    asked = json.loads(sys.argv[1])
    training = Consumer(asked["training"], asked["token"], asked["project"])
    inference = Consumer(asked["inference"], asked["token"], asked["project"])
    get_job, GetJobRequest = training.stub("conch.training.v1.JobsService", "GetJob")
    job = get_job(GetJobRequest(id=asked["job"]), metadata=training.metadata, timeout=5)
    generate, GenerateRequest = inference.stub("conch.inference.v1.GenerationService", "Generate")
    chat = json.dumps({"messages": [{"role": "user", "content": "Should I go swimming today?"}]})
    request = GenerateRequest(model=asked["model"], chat_json=chat)
    request.sampling.temperature = 0
    request.sampling.max_tokens = 40
    pieces = list(generate(request, metadata=inference.metadata, timeout=60))
    try:
        request.sampling.ignore_eos = True
        request.sampling.max_tokens = 400
        list(generate(request, metadata=inference.metadata, timeout=0.001))
        deadline = "OK"
    except grpc.RpcError as error:
        deadline = error.code().name
    print(json.dumps({
        "health": [training.health(), inference.health()],
        "services": sorted(training.database.get_services()),
        "job": {"id": job.id, "model": job.fine_tuned_model},
        "text": "".join(piece.text for piece in pieces),
        "pieces": len(pieces),
        "finish": pieces[-1].finish_reason,
        "completion_tokens": pieces[-1].usage.completion_tokens,
        "without_token": training.refusal("conch.training.v1.JobsService", "GetJob"),
        "past_deadline": deadline,
    }))


if __name__ == "__main__":
    main()
