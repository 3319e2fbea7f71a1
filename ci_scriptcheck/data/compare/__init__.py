"""How data on base and on head differ: files by what they are, tables in generated DuckDB SQL."""
