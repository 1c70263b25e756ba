"""Python beside the programs, in one wheel."""


def main() -> None:
    print("tiny_tools")
