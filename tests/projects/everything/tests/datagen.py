"""Made-up orders."""


def orders(rows, rng, scenario):
    return "order_id\n" + "".join(f"o{number:08}\n" for number in range(rows))
