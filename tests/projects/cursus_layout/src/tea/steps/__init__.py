from a_platform_sdk import Session

session = Session()
