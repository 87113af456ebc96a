"""usage: connect.py SOURCE ADDRESS:PORT...

Tries a TCP connection to each, all at once, and prints for each "open", "refused", "closed" (no
answer) or "no route"."""
import concurrent.futures
import socket
import sys

PATIENCE_S = 3


def attempt(source, target):
    address, port = target.rsplit(":", 1)
    with socket.socket() as probe:
        probe.settimeout(PATIENCE_S)
        probe.bind((source, 0))
        try:
            probe.connect((address, int(port)))
        except TimeoutError:
            return "closed"
        except ConnectionRefusedError:
            return "refused"
        except OSError:
            return "no route"
        return "open"


def main():
    source, *targets = sys.argv[1:]
    with concurrent.futures.ThreadPoolExecutor(len(targets)) as pool:
        for answer in pool.map(lambda target: attempt(source, target), targets):
            print(answer)


if __name__ == "__main__":
    main()
