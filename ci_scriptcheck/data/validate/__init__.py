"""Files held against the schema of their dataset, in generated DuckDB SQL."""
