"""The virus test string (病毒测试特征): what every scanner must find."""

# In two pieces, or this very file would be taken for infected.
_TEST_VIRUS = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def holds_test_virus(content: bytes) -> bool:
    """Say whether the EICAR test string is anywhere in the content."""
    return _TEST_VIRUS in content
