"""PostgreSQL: named queries, pools, migrations, and an embedded server for running without one."""
