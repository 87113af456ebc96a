"""An AWS account in one process, for tests: what the modules of infra/terraform ask of EC2, STS, IAM,
CloudWatch, CloudWatch Logs, SNS, S3 and DynamoDB. Standard library only.

    python3 infra/testbed/emulator [--port PORT] [--state FILE]
"""
import argparse
import signal
import sys

from server import Server
from store import Store


def main():
    parser = argparse.ArgumentParser(prog="emulator", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0, help="0, the default: any free port")
    parser.add_argument("--state", help="write what exists to this file after every change")
    arguments = parser.parse_args()
    server = Server(("127.0.0.1", arguments.port), Store(arguments.state))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
